package io.github.rolekeeper.testkit.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Turns answers of the Query protocol into the members that the AWS CLI prints. */
final class WireXml {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WireXml() {}

  static Element parse(String body) {
    try {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      return factory
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(body)))
          .getDocumentElement();
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalStateException("the answer is no XML: " + body, e);
    }
  }

  /** The members of a result: EC2's stand in the document itself, IAM's and STS's in an element. */
  static Map<String, Object> members(Element document, boolean ec2) {
    Element result = document;
    if (!ec2) {
      result =
          children(document).stream()
              .filter(child -> child.getTagName().endsWith("Result"))
              .findFirst()
              .orElse(document);
    }
    Map<String, Object> members = structure(result, ec2);
    members.remove(ec2 ? "RequestId" : "ResponseMetadata");
    return members;
  }

  static String first(Element document, String tag) {
    return descendants(document, tag).stream().findFirst().map(Node::getTextContent).orElse("");
  }

  static String text(Element parent, String child) {
    return first(parent, child);
  }

  static List<Element> descendants(Element parent, String tag) {
    var found = new ArrayList<Element>();
    var nodes = parent.getElementsByTagName(tag);
    for (int i = 0; i < nodes.getLength(); i++) {
      found.add((Element) nodes.item(i));
    }
    return found;
  }

  private static Map<String, Object> structure(Element element, boolean ec2) {
    var members = new LinkedHashMap<String, Object>();
    for (Element child : children(element)) {
      members.put(name(child, ec2), value(child, ec2));
    }
    return members;
  }

  private static Object value(Element element, boolean ec2) {
    List<Element> children = children(element);
    String tag = element.getTagName();
    if (children.isEmpty()) {
      String text = element.getTextContent();
      // Without the service's model an empty list is told from an empty text by its plural name.
      if (text.isEmpty() && (tag.endsWith("s") || tag.endsWith("Set"))) {
        return List.of();
      }
      return tag.endsWith("PolicyDocument") ? policy(text) : text;
    }
    if (children.stream().allMatch(child -> child.getTagName().matches("member|item"))) {
      return children.stream().map(child -> value(child, ec2)).toList();
    }
    return structure(element, ec2);
  }

  private static Object policy(String encoded) {
    try {
      return JSON.readValue(URLDecoder.decode(encoded, StandardCharsets.UTF_8), Object.class);
    } catch (JsonProcessingException e) {
      return encoded;
    }
  }

  /** EC2's elements begin in lower case and call a list a set. */
  private static String name(Element element, boolean ec2) {
    String tag = element.getTagName();
    if (!ec2) {
      return tag;
    }
    String capital = Character.toUpperCase(tag.charAt(0)) + tag.substring(1);
    return capital.endsWith("Set")
        ? capital.substring(0, capital.length() - "Set".length()) + "s"
        : capital;
  }

  private static List<Element> children(Element parent) {
    var children = new ArrayList<Element>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        children.add(element);
      }
    }
    return children;
  }
}
