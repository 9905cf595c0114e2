import { DeviceAccessService } from '#generated/proto/drburger/stores/v1/devices_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { edgeServices } from '#schema/services.ts';
import type { Stores } from '../context.ts';
import { beginDevice } from './beginDevice.ts';
import { proveDevice } from './proveDevice.ts';

/** Answers the channels that let the screens and kiosks of stores in. */
export const deviceAccessService = (domain: Stores) =>
  service(DeviceAccessService, edgeServices, {
    begin: ({ role, x, y }) => beginDevice(domain, role, { x, y }),
    prove: ({ assertion, role }) => proveDevice(domain, assertion, role),
  });
