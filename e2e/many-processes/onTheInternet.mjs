import dns from 'node:dns';
import net from 'node:net';

/**
 * For the process that imports it, names below `receivers.example` lead to an address of the internet, at which this
 * machine answers: production sends webhooks to no other address.
 */
const isOurs = (name) => name.endsWith('.receivers.example');
const { prototype } = dns.promises.Resolver;
const { resolve4, resolve6 } = prototype;
prototype.resolve4 = function (name, ...rest) {
  return isOurs(name) ? Promise.resolve(['93.184.216.34']) : resolve4.call(this, name, ...rest);
};
prototype.resolve6 = function (name, ...rest) {
  return isOurs(name) ? Promise.reject(new Error('it has none')) : resolve6.call(this, name, ...rest);
};

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (options, ...rest) {
  if (!isOurs(String(options?.host))) return connect.call(this, options, ...rest);
  const lookup = (name, how, done) =>
    options.lookup(name, how, (error) =>
      how.all ? done(error, [{ address: '127.0.0.1', family: 4 }]) : done(error, '127.0.0.1', 4),
    );
  return connect.call(this, { ...options, lookup }, ...rest);
};
