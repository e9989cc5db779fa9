package io.github.rolekeeper.core.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.github.rolekeeper.core.ErrorTable;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.signin.SigninClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * A service that answers every request with the bytes of one error, in the form of its protocol,
 * and real clients of the SDK that make the calls. The bytes are written by hand, not recorded from
 * AWS; each form names what it was written after. That a client takes code and message out of them
 * shows that they have the form, not that AWS sends these very words.
 */
final class WireAnswers implements AutoCloseable {
  private static final AwsCredentialsProvider SESSION =
      StaticCredentialsProvider.create(
          AwsSessionCredentials.create("ASIAEXAMPLEWIRE00001", "a-secret", "a-token"));

  private final WireMockServer server =
      new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

  private final Map<Form, Runnable> exchanges = new EnumMap<>(Form.class);
  private final List<AutoCloseable> kept = new ArrayList<>();

  WireAnswers() {
    server.start();
  }

  /** How a service writes an error. */
  enum Form {
    /** After "Error responses" of the Amazon S3 API Reference. */
    REST_XML {
      @Override
      ResponseDefinitionBuilder body(String code, String message) {
        return aResponse()
            .withHeader("Content-Type", "application/xml")
            .withBody(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
                    + code
                    + "</Code><Message>"
                    + message
                    + "</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>");
      }
    },
    /** After "Common errors" of the IAM API Reference and the SDK's protocol {@code query}. */
    QUERY {
      @Override
      ResponseDefinitionBuilder body(String code, String message) {
        return aResponse()
            .withHeader("Content-Type", "text/xml")
            .withBody(
                "<ErrorResponse><Error><Type>Sender</Type><Code>"
                    + code
                    + "</Code><Message>"
                    + message
                    + "</Message></Error><RequestId>7a62c49f</RequestId></ErrorResponse>");
      }
    },
    /** After "Error codes for the Amazon EC2 API" of the EC2 Developer Guide. */
    EC2 {
      @Override
      ResponseDefinitionBuilder body(String code, String message) {
        return aResponse()
            .withHeader("Content-Type", "text/xml;charset=UTF-8")
            .withBody(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>"
                    + code
                    + "</Code><Message>"
                    + message
                    + "</Message></Error></Errors><RequestID>ea966190</RequestID></Response>");
      }
    },
    /**
     * After "Error handling with DynamoDB" of its Developer Guide; SQS speaks the same protocol.
     */
    JSON {
      @Override
      ResponseDefinitionBuilder body(String code, String message) {
        return aResponse()
            .withHeader("Content-Type", "application/x-amz-json-1.0")
            .withBody(
                "{\"__type\":\"com.amazon.coral.service#"
                    + code
                    + "\",\"message\":\""
                    + message
                    + "\"}");
      }
    },
    /**
     * After "Operation error serialization" of Smithy's AWS restJson1: the code with its origin.
     */
    REST_JSON {
      @Override
      ResponseDefinitionBuilder body(String code, String message) {
        return aResponse()
            .withHeader("Content-Type", "application/json")
            .withHeader(
                "x-amzn-ErrorType",
                code + ":http://internal.amazon.com/coral/com.amazon.coral.service/")
            .withBody("{\"message\":\"" + message + "\"}");
      }
    };

    abstract ResponseDefinitionBuilder body(String code, String message);

    static Form of(String service) {
      return switch (service) {
        case "S3" -> REST_XML;
        case "EC2" -> EC2;
        case "DynamoDB", "SQS" -> JSON;
        default -> QUERY;
      };
    }
  }

  /**
   * A denial of AWS Sign-In, after the SDK's model {@code signin} (rest-json): the code in the
   * header, its kind in the member {@code error}, 401 for what has expired and 403 for the rest.
   */
  static ResponseDefinitionBuilder signin(int status, String code, String error) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/json")
        .withHeader("x-amzn-ErrorType", code)
        .withBody("{\"error\":\"" + error + "\",\"message\":\"Access was denied.\"}");
  }

  void answer(String service, int status, String code, String message) {
    server.resetAll();
    server.stubFor(
        any(anyUrl()).willReturn(Form.of(service).body(code, message).withStatus(status)));
  }

  void answer(ResponseDefinitionBuilder answer) {
    server.resetAll();
    server.stubFor(any(anyUrl()).willReturn(answer));
  }

  WireMockServer server() {
    return server;
  }

  /** Answers as the row says, to a client of its protocol, which keeps every body. */
  void exchange(ErrorTable.Row row) {
    Form form = Form.valueOf(row.protocol().replace('-', '_').toUpperCase(Locale.ROOT));
    answer(form.body(row.code(), row.text()).withStatus(row.status()));
    exchanges.computeIfAbsent(form, this::exchanging).run();
  }

  private Runnable exchanging(Form form) {
    JdkHttp http = new JdkHttp();
    switch (form) {
      case REST_XML:
        return kept(S3Client.builder().httpClient(http))::listBuckets;
      case QUERY:
        return kept(IamClient.builder().httpClient(http))::listRoles;
      case EC2:
        return kept(Ec2Client.builder().httpClient(http))::describeInstances;
      case JSON:
        return kept(DynamoDbClient.builder().httpClient(http))::listTables;
      default:
        SigninClient signin = kept(SigninClient.builder().httpClient(http));
        return () -> refresh(signin);
    }
  }

  /** Makes a call that the service answers as it was told. */
  void call(String service, String operation) {
    switch (service + ":" + operation) {
      case "S3:ListBuckets" -> withClient(S3Client.builder(), S3Client::listBuckets);
      case "S3:HeadBucket" ->
          withClient(
              S3Client.builder().forcePathStyle(true),
              client -> client.headBucket(request -> request.bucket("a-bucket")));
      case "S3:GetObject" ->
          withClient(
              S3Client.builder().forcePathStyle(true),
              client -> client.getObjectAsBytes(request -> request.bucket("a-bucket").key("k")));
      case "S3:PutObject" ->
          withClient(
              S3Client.builder().forcePathStyle(true),
              client ->
                  client.putObject(
                      request -> request.bucket("a-bucket").key("k"), RequestBody.fromString("x")));
      case "Signin:CreateOAuth2Token" ->
          withClient(SigninClient.builder().httpClient(new JdkHttp()), WireAnswers::refresh);
      case "Signin:CreateOAuth2Token:URLConnection" ->
          withClient(SigninClient.builder(), WireAnswers::refresh);
      case "SQS:ListQueues" -> withClient(SqsClient.builder(), SqsClient::listQueues);
      case "DynamoDB:ListTables" ->
          withClient(DynamoDbClient.builder(), DynamoDbClient::listTables);
      case "EC2:DescribeInstances" -> withClient(Ec2Client.builder(), Ec2Client::describeInstances);
      case "IAM:ListRoles" -> withClient(IamClient.builder(), IamClient::listRoles);
      case "STS:GetCallerIdentity" -> withClient(StsClient.builder(), StsClient::getCallerIdentity);
      case "STS:AssumeRoleWithWebIdentity" ->
          withClient(
              StsClient.builder(),
              client ->
                  client.assumeRoleWithWebIdentity(
                      request ->
                          request
                              .roleArn("arn:aws:iam::123456789012:role/web")
                              .webIdentityToken("t")
                              .roleSessionName("s")));
      case "STS:AssumeRoleWithSAML" ->
          withClient(
              StsClient.builder(),
              client ->
                  client.assumeRoleWithSAML(
                      request ->
                          request
                              .roleArn("arn:aws:iam::123456789012:role/web")
                              .principalArn("arn:aws:iam::123456789012:saml-provider/p")
                              .samlAssertion("YXNzZXJ0aW9u")));
      default ->
          throw new IllegalArgumentException("no client here for " + service + ":" + operation);
    }
  }

  private static void refresh(SigninClient client) {
    client.createOAuth2Token(
        request ->
            request.tokenInput(
                input ->
                    input
                        .clientId("aws:signin:::cli/same-device")
                        .grantType("refresh_token")
                        .refreshToken("a-token")));
  }

  private <B extends AwsClientBuilder<B, C>, C extends AutoCloseable> void withClient(
      B builder, java.util.function.Consumer<C> call) {
    C client = client(builder);
    try {
      call.accept(client);
    } finally {
      close(client);
    }
  }

  private <B extends AwsClientBuilder<B, C>, C extends AutoCloseable> C kept(B builder) {
    C client = client(builder);
    kept.add(client);
    return client;
  }

  private <B extends AwsClientBuilder<B, C>, C> C client(B builder) {
    return builder
        .endpointOverride(URI.create(server.baseUrl()))
        .region(Region.US_EAST_1)
        .credentialsProvider(SESSION)
        .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .build();
  }

  private static void close(AutoCloseable client) {
    try {
      client.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kept.forEach(WireAnswers::close);
    server.stop();
  }
}
