/**
 * Loaded into a process before anything else: gives it what a container's network would. It listens at the address of
 * its service where it says "all", and reaches the other services by their names. COMPOSE_ADDRESS is its own address;
 * COMPOSE_NAMES, as JSON, gives for each name an address, and a port if it is another one than is asked for.
 */
import net from 'node:net';

const own = process.env.COMPOSE_ADDRESS;
const names = new Map(Object.entries(JSON.parse(process.env.COMPOSE_NAMES ?? '{}')));
delete process.env.COMPOSE_ADDRESS;
delete process.env.COMPOSE_NAMES;
delete process.env.NODE_OPTIONS;

const everywhere = new Set(['0.0.0.0', '::', undefined, null, '']);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'object' && args[0] !== null && 'port' in args[0]) {
    if (everywhere.has(args[0].host)) args[0] = { ...args[0], host: own };
  } else if (typeof args[0] === 'number' && everywhere.has(typeof args[1] === 'function' ? undefined : args[1])) {
    if (typeof args[1] === 'string' || args[1] == null) args[1] = own;
    else args.splice(1, 0, own);
  }
  return listen.apply(this, args);
};

function reached(options) {
  const peer = names.get(options.host);
  return peer ? { ...options, host: peer.host, port: peer.port ?? options.port } : options;
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  // What net itself hands on is an array of the options and the callback, with a mark of its own.
  if (Array.isArray(args[0])) args[0][0] = reached(args[0][0]);
  else if (typeof args[0] === 'object' && args[0] !== null) args[0] = reached(args[0]);
  else if (typeof args[1] === 'string' && names.has(args[1])) {
    const { host, port } = reached({ port: args[0], host: args[1] });
    args.splice(0, 2, port, host);
  }
  return connect.apply(this, args);
};
