package io.github.rolekeeper.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Requests and answers of the Query protocol as the JSON in which CloudTrail records them. */
final class WireJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** No request of AWS nests as deeply; a hostile one could nest until the stack is full. */
  private static final int DEEPEST = 16;

  private WireJson() {}

  /** Parameters such as {@code Filter.1.Value.2}, as nested objects and arrays. */
  static ObjectNode ofParameters(Parameters parameters) {
    var root = new Branch();
    parameters
        .all()
        .forEach(
            (name, value) -> {
              if (!name.equals("Action") && !name.equals("Version")) {
                root.put(List.of(name.split("\\.", DEEPEST)), value);
              }
            });
    return root.object();
  }

  private static final class Branch {
    private final Map<String, Branch> branches = new TreeMap<>();
    private String leaf = "";

    void put(List<String> path, String value) {
      if (path.isEmpty()) {
        leaf = value;
      } else {
        branches
            .computeIfAbsent(path.get(0), name -> new Branch())
            .put(path.subList(1, path.size()), value);
      }
    }

    JsonNode json() {
      if (branches.isEmpty()) {
        return JSON.textNode(leaf);
      }
      Branch member = branches.get("member");
      if (member != null && branches.size() == 1) {
        return member.json();
      }
      return branches.keySet().stream().allMatch(name -> name.matches("\\d{1,9}"))
          ? array()
          : object();
    }

    private JsonNode array() {
      var numbered = new TreeMap<Integer, Branch>();
      branches.forEach((number, branch) -> numbered.put(Integer.valueOf(number), branch));
      var array = JSON.arrayNode();
      numbered.values().forEach(branch -> array.add(branch.json()));
      return array;
    }

    ObjectNode object() {
      var object = JSON.objectNode();
      branches.forEach((name, branch) -> object.set(lowerCamel(name), branch.json()));
      return object;
    }
  }

  /** The result of an answer, without the envelope that IAM puts around it. */
  static JsonNode ofXml(String answer) {
    try {
      Element root =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(answer)))
              .getDocumentElement();
      for (Element child : children(root)) {
        if (child.getTagName().endsWith("Result")) {
          return json(child);
        }
      }
      return json(root);
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalStateException("the account's own answer is XML", e);
    }
  }

  private static JsonNode json(Element element) {
    List<Element> children = children(element);
    if (children.isEmpty()) {
      return JSON.textNode(element.getTextContent());
    }
    String first = children.get(0).getTagName();
    if (first.equals("member") || first.equals("item")) {
      var array = JSON.arrayNode();
      children.forEach(child -> array.add(json(child)));
      // EC2's lists are recorded under "items".
      return first.equals("member") ? array : JSON.objectNode().set("items", array);
    }
    var object = JSON.objectNode();
    for (Element child : children) {
      if (!child.getTagName().equals("ResponseMetadata")) {
        object.set(lowerCamel(child.getTagName()), json(child));
      }
    }
    return object;
  }

  private static List<Element> children(Element element) {
    var children = new ArrayList<Element>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        children.add(child);
      }
    }
    return children;
  }

  private static String lowerCamel(String name) {
    return name.isEmpty() ? name : Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
