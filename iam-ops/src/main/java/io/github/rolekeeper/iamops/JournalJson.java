package io.github.rolekeeper.iamops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.rolekeeper.core.InstanceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The form of a journal entry on disk: one flat JSON object, {@code format} 1. */
final class JournalJson {
  private static final String FORMAT = "1";
  private static final String PARAMETER = "call.parameters.";
  private static final String TAG = "prior.tags.";
  private static final JsonFactory JSON = new JsonFactory();

  private JournalJson() {}

  static byte[] write(JournalEntry entry) {
    var fields = new LinkedHashMap<String, String>();
    fields.put("format", FORMAT);
    fields.put("instance", entry.instance().value());
    fields.put("version", String.valueOf(entry.version()));
    fields.put("at", entry.at().toString());
    fields.put("planId", entry.planId());
    entry
        .prior()
        .ifPresent(
            prior -> {
              fields.put("prior.associationId", prior.associationId());
              fields.put("prior.profileArn", prior.profileArn());
              fields.put("prior.profileId", prior.profileId());
              prior.role().ifPresent(role -> fields.put("prior.role", role));
              prior.tags().forEach((key, value) -> fields.put(TAG + key, value));
            });
    entry.associateOwed().ifPresent(name -> fields.put("associateOwed", name));
    entry
        .stop()
        .ifPresent(
            stop -> {
              fields.put("stop.planId", stop.planId());
              fields.put("stop.at", stop.at().toString());
              fields.put("stop.accepted", String.valueOf(stop.accepted()));
              stop.launched().ifPresent(at -> fields.put("stop.launched", at.toString()));
            });
    entry
        .lastCall()
        .ifPresent(
            call -> {
              fields.put("call.operation", call.operation());
              fields.put("call.state", call.state().name());
              call.parameters().forEach((name, value) -> fields.put(PARAMETER + name, value));
            });
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      for (Map.Entry<String, String> field : fields.entrySet()) {
        json.writeStringField(field.getKey(), field.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an entry.
   *
   * @throws IOException if the text is torn, or not such an object
   */
  static JournalEntry read(byte[] bytes) throws IOException {
    Map<String, String> fields = fields(bytes);
    if (!FORMAT.equals(fields.get("format"))) {
      throw new IOException("format " + fields.get("format") + " is not " + FORMAT);
    }
    try {
      return new JournalEntry(
          InstanceId.of(required(fields, "instance")),
          Long.parseLong(required(fields, "version")),
          Instant.parse(required(fields, "at")),
          required(fields, "planId"),
          fields.containsKey("prior.associationId") ? Optional.of(prior(fields)) : Optional.empty(),
          Optional.ofNullable(fields.get("associateOwed")),
          fields.containsKey("stop.planId") ? Optional.of(stop(fields)) : Optional.empty(),
          fields.containsKey("call.operation") ? Optional.of(call(fields)) : Optional.empty());
    } catch (DateTimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static JournalEntry.Prior prior(Map<String, String> fields) throws IOException {
    return new JournalEntry.Prior(
        required(fields, "prior.associationId"),
        required(fields, "prior.profileArn"),
        required(fields, "prior.profileId"),
        Optional.ofNullable(fields.get("prior.role")),
        below(TAG, fields));
  }

  private static JournalEntry.Stop stop(Map<String, String> fields) throws IOException {
    return new JournalEntry.Stop(
        required(fields, "stop.planId"),
        Instant.parse(required(fields, "stop.at")),
        Boolean.parseBoolean(required(fields, "stop.accepted")),
        Optional.ofNullable(fields.get("stop.launched")).map(Instant::parse));
  }

  private static JournalEntry.Call call(Map<String, String> fields) throws IOException {
    return new JournalEntry.Call(
        required(fields, "call.operation"),
        below(PARAMETER, fields),
        JournalEntry.CallState.valueOf(required(fields, "call.state")));
  }

  /** Those whose names begin with it, by the rest of their names. */
  private static Map<String, String> below(String prefix, Map<String, String> fields) {
    var found = new LinkedHashMap<String, String>();
    fields.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  private static Map<String, String> fields(byte[] bytes) throws IOException {
    var fields = new LinkedHashMap<String, String>();
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw new IOException(name + " is no text");
        }
        fields.put(name, json.getText());
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw new IOException("it does not end where the object ends");
      }
    }
    return fields;
  }

  private static String required(Map<String, String> fields, String name) throws IOException {
    String value = fields.get(name);
    if (value == null) {
      throw new IOException(name + " is missing");
    }
    return value;
  }
}
