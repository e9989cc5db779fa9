package io.github.rolekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rolekeeper.testkit.awssdk.SdkClients;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.iam.IamClient;

/** Clients that begin and do not go on, and answers that do not come, cost others nothing. */
@Timeout(300)
class HalfOpenClientsTest {
  private static final String HEAD = "POST / HTTP/1.1\r\nHost: nowhere.example\r\n";

  private final SimulatedAccount account = SimulatedAccount.create();
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void hang_up() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    account.close();
  }

  @Test
  void half_heads_hold_up_nobody() throws IOException {
    open(400, HEAD + "Authorization: AWS4-");

    fifty_calls_succeed();
  }

  @Test
  void half_bodies_hold_up_nobody() throws IOException {
    open(400, HEAD + "Content-Length: 100\r\n\r\nAction=");

    fifty_calls_succeed();
  }

  @Test
  void answers_that_are_late_drip_or_never_come_hold_up_nobody() throws IOException {
    account.inject(Fault.noAnswer().on("Silent"));
    account.inject(Fault.slow(Duration.ofMinutes(1)).on("Late"));
    account.inject(Fault.dripped(Duration.ofMinutes(1)).on("Dripped"));
    for (String action : List.of("Silent", "Late", "Dripped")) {
      String form = "Action=" + action + "&Version=2010-05-08";
      open(
          100,
          HEAD
              + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
              + form.length()
              + "\r\n\r\n"
              + form);
    }

    fifty_calls_succeed();
  }

  @Test
  void answers_that_nobody_reads_hold_up_nobody() throws IOException {
    account.inject(Fault.oversize(1 << 24).on("Large"));
    // Sixteen mebibytes fit into no socket's buffers.
    open(40, "GET /?Action=Large&Version=2010-05-08 HTTP/1.1\r\nHost: nowhere.example\r\n\r\n");

    fifty_calls_succeed();
  }

  private void open(int count, String beginning) throws IOException {
    for (int i = 0; i < count; i++) {
      var socket = new Socket("127.0.0.1", account.endpoint().getPort());
      sockets.add(socket);
      socket.getOutputStream().write(beginning.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void fifty_calls_succeed() {
    try (IamClient iam = SdkClients.administrator(account).build(IamClient.builder())) {
      for (int i = 0; i < 50; i++) {
        String name = "profile-" + i;
        iam.createInstanceProfile(r -> r.instanceProfileName(name));
      }
      assertThat(iam.listInstanceProfiles().instanceProfiles()).hasSize(50);
    }
  }
}
