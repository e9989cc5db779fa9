package io.github.rolekeeper.testkit;

import java.time.Instant;
import java.util.Map;

/**
 * One request that reached the account over the wire.
 *
 * @param time the account's time when it arrived
 * @param service {@code iam}, {@code ec2}, {@code sts}, {@code s3}, {@code autoscaling}, {@code
 *     cloudtrail} or {@code imds}
 * @param operation the API's name, such as {@code CreateInstanceProfile}; for the metadata service
 *     method and path
 * @param write whether the operation changes the account
 * @param principal ARN of the caller; empty where nobody could be told from the request
 * @param outcome {@code OK} if the account did what was asked, even if the answer was lost; or the
 *     error code of the answer; or the kind of the fault that kept the request from the account; or
 *     {@code REFUSED} where an instance is not there, does not run or serves no metadata
 * @param fault the {@linkplain Fault.Kind kind} of an injected fault; empty if there was none
 * @param parameters the request's parameters as sent, never headers, so no credentials; for the
 *     metadata service the {@code InstanceId}
 */
public record ApiCall(
    Instant time,
    String service,
    String operation,
    boolean write,
    String principal,
    String outcome,
    String fault,
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
   * @param fault see above
   * @param parameters see above
   */
  public ApiCall {
    parameters = Map.copyOf(parameters);
  }
}
