import { join } from 'node:path';

/**
 * A listener with TLS and a login, to test secured brokers. Clients use it alone; the plain port is the broker's own.
 */
export interface SecuredListener {
  readonly port: number;
  /** Files in PEM: the broker's key and certificate in one, and the CA of clients' certificates. */
  readonly keyStore: string;
  readonly username: string;
  readonly password: string;
}

/** Properties of the secured listener. They follow the others, and override those: the last value of a key counts. */
const securedListener = ({ port, keyStore, username, password }: SecuredListener, plainPort: number): string => `
listeners=SASL_SSL://127.0.0.1:${port},PLAINTEXT://127.0.0.1:${plainPort},CONTROLLER://127.0.0.1:${plainPort + 1}
advertised.listeners=SASL_SSL://127.0.0.1:${port},PLAINTEXT://127.0.0.1:${plainPort}
listener.security.protocol.map=SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=${keyStore}
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
`;

/**
 * The `server.properties` of a single-node broker for development and tests: nothing is replicated, a group does not
 * wait for more members to join, topics are never made automatically, and a killed broker is up again soon.
 */
export const brokerProperties = ({
  folder,
  port,
  controllerPort,
  secured,
}: {
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly secured?: SecuredListener;
}): string =>
  `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, 'data')}
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
auto.create.topics.enable=false
${secured ? securedListener(secured, port) : ''}`.trimStart();

export const logging = `<Configuration status="ERROR"><Appenders><Console name="C"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="\${sys:kafka.log:-INFO}"><AppenderRef ref="C"/></Root></Loggers></Configuration>
`;
