import { createClient, type Client } from '@connectrpc/connect';
import { DeviceAccessService } from '#generated/proto/drburger/stores/v1/devices_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { gatewayService } from '#schema/services.ts';
import { askDomain } from '../askDomain.ts';
import { devicesDomain, DevicesUnavailable, type DeviceAccess } from './deviceAccess.ts';

/** Asks the domain of the stores by gRPC. */
export function rpcDeviceAccess(network: Pick<RpcNetwork, 'transportTo'>, service = gatewayService): DeviceAccess {
  return deviceAccessOf(
    createClient(DeviceAccessService, network.transportTo(devicesDomain, servicePrincipal(service))),
  );
}

export function deviceAccessOf(domain: Client<typeof DeviceAccessService>): DeviceAccess {
  return {
    async begin(role, { x, y }) {
      const { error, deviceId, userCode, expiresInSeconds, intervalSeconds } = await asked(
        domain.begin({ role, x, y }),
      );
      return error === '' ? { deviceId, userCode, expiresInSeconds, intervalSeconds } : { error };
    },
    async prove(role, assertion) {
      const { error, deviceId, storeId } = await asked(domain.prove({ role, assertion }));
      return error === '' ? { deviceId, storeId } : { error };
    },
  };
}

const asked = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
  askDomain(answer, devicesDomain, DevicesUnavailable);
