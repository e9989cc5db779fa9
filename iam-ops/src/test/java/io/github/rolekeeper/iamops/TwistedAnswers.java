package io.github.rolekeeper.iamops;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BinaryOperator;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Changes answers on their way: what an endpoint would say that is not as the simulated one. */
final class TwistedAnswers implements ExecutionInterceptor {
  private final BinaryOperator<String> twist;

  /**
   * @param twist makes another body of an operation's name and the body of its answer
   */
  TwistedAnswers(BinaryOperator<String> twist) {
    this.twist = twist;
  }

  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    return context.responseBody().map(body -> new ByteArrayInputStream(twisted(operation, body)));
  }

  private byte[] twisted(String operation, InputStream body) {
    try {
      String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      return twist.apply(operation, text).getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
