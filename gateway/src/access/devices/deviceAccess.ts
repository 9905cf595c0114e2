/** The domain that knows the devices of stores. */
export const devicesDomain = 'stores';

/** A device that may ask again and again until a manager has entered its code (RFC 8628). */
export interface WaitingDevice {
  readonly deviceId: string;
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** A device that works for a store. */
export interface EnrolledDevice {
  readonly deviceId: string;
  readonly storeId: string;
}

/** Why a device is not let in, by the names of OAuth 2.0 and RFC 8628. */
export interface DeviceRefusal {
  readonly error: string;
}

/** What a channel asks to let the screens and kiosks of stores in. One that was revoked gets no other token. */
export interface DeviceAccess {
  /** `key`: the coordinates of the device's public key on P-256. */
  begin(role: string, key: { readonly x: string; readonly y: string }): Promise<WaitingDevice | DeviceRefusal>;
  /** `assertion`: a JWT that the device has signed about itself (RFC 7523). It is used up. */
  prove(role: string, assertion: string): Promise<EnrolledDevice | DeviceRefusal>;
}

/** The domain could not be asked. */
export class DevicesUnavailable extends Error {
  override readonly name = 'DevicesUnavailable';
}
