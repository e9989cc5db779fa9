package io.github.rolekeeper.testkit;

import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** Nested XML elements over StAX, in the order in which they are written. */
final class Xml {
  private static final XMLOutputFactory FACTORY = XMLOutputFactory.newFactory();

  /** What XML 1.0 cannot say, not even escaped (XML 1.0, production 2). */
  private static final Pattern ILLEGAL =
      Pattern.compile("[^\\t\\n\\r\\x20-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

  private final XMLStreamWriter out;

  private Xml(XMLStreamWriter out) {
    this.out = out;
  }

  static String document(String root, @Nullable String namespace, Consumer<Xml> content) {
    var text = new StringWriter();
    try {
      XMLStreamWriter writer = FACTORY.createXMLStreamWriter(text);
      writer.writeStartDocument("UTF-8", "1.0");
      writer.writeStartElement(root);
      if (namespace != null) {
        writer.writeDefaultNamespace(namespace);
      }
      content.accept(new Xml(writer));
      writer.writeEndElement();
      writer.writeEndDocument();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a string writer does not fail", e);
    }
    return text.toString();
  }

  Xml element(String name, Consumer<Xml> content) {
    try {
      out.writeStartElement(name);
      content.accept(this);
      out.writeEndElement();
      return this;
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a string writer does not fail", e);
    }
  }

  Xml element(String name, Object value) {
    return element(name, xml -> xml.text(value.toString()));
  }

  /** AWS prints instants in whole seconds. */
  Xml element(String name, Instant instant) {
    return element(name, instant.truncatedTo(ChronoUnit.SECONDS).toString());
  }

  <T> Xml list(
      String name, String item, Iterable<T> values, java.util.function.BiConsumer<Xml, T> content) {
    return element(
        name,
        xml -> values.forEach(value -> xml.element(item, each -> content.accept(each, value))));
  }

  void text(String text) {
    try {
      out.writeCharacters(ILLEGAL.matcher(text).replaceAll("\uFFFD"));
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a string writer does not fail", e);
    }
  }
}
