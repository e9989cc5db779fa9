package io.github.rolekeeper.examples.doctor;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;

/**
 * Shows the role in a profile with another id than IAM has, as after a deletion by the console. The
 * SDK makes one for each client, by the list in {@code execution.interceptors}.
 */
public final class DeletedRole implements ExecutionInterceptor {
  private static volatile boolean held;

  void hold() {
    held = true;
  }

  void letGo() {
    held = false;
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    if (context.request() instanceof RemoveRoleFromInstanceProfileRequest) {
      held = false;
    }
  }

  @Override
  public SdkResponse modifyResponse(
      Context.ModifyResponse context, ExecutionAttributes attributes) {
    if (!held
        || !(context.response() instanceof GetInstanceProfileResponse answer)
        || !answer.instanceProfile().hasRoles()) {
      return context.response();
    }
    var profile = answer.instanceProfile();
    var role = profile.roles().get(0).toBuilder().roleId("AROADELETEDDELETEDDEL").build();
    return answer.toBuilder().instanceProfile(profile.toBuilder().roles(role).build()).build();
  }
}
