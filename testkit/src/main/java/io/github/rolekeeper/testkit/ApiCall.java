package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Map;

/**
 * One request that reached the account over the wire.
 *
 * @param time the account's time when it arrived
 * @param service {@code iam}, {@code ec2}, {@code sts}, {@code s3} or {@code imds}
 * @param operation the API's name, such as {@code CreateInstanceProfile}; for the metadata service
 *     method and path
 * @param write whether the operation changes the account
 * @param principal ARN of the caller; empty where nobody could be told from the request
 * @param outcome {@code OK}, or the error code of the answer
 * @param parameters the request's parameters as sent; never headers, so no credentials
 */
public record ApiCall(
    Instant time,
    String service,
    String operation,
    boolean write,
    String principal,
    String outcome,
    Map<String, String> parameters) {

  /**
   * Keeps a copy of the parameters.
   *
   * @param time see above
   * @param service see above
   * @param operation see above
   * @param write see above
   * @param principal see above
   * @param outcome see above
   * @param parameters see above
   */
  public ApiCall {
    parameters = Map.copyOf(parameters);
  }
}
