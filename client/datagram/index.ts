// What the rest of the client uses of datagrams.
export { type ClientDatagramChannel, MAX_DATAGRAM_BYTES } from "./client-datagram-channel.ts";
export {
  ATTEMPT_TIMEOUT_MS,
  type DatagramChannelOptions,
  openDatagramChannel,
} from "./open-datagram-channel.ts";
export { SimulatedDatagramChannel } from "./simulated-datagram-channel.ts";
export { UplinkChannel } from "./uplink-channel.ts";
