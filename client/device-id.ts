// Which device, and so which guest, this client is: kept across reloads, different for each open tab.

/** Where device ids are kept in `localStorage`: one for each slot, and a slot for each tab that is open at once. */
const SLOT_KEY = "gamekeeper.device.";
/** The most tabs of one browser that keep their player; a further tab gets a new one. */
export const MAX_DEVICE_SLOTS = 16;

/** The parts of a browser that are used; each may be missing (Node, private windows, insecure pages). */
export interface DeviceEnvironment {
  readonly storage?: Pick<Storage, "getItem" | "setItem"> | undefined;
  readonly locks?: Pick<LockManager, "request"> | undefined;
  readonly crypto?: Partial<Pick<Crypto, "randomUUID">> & Pick<Crypto, "getRandomValues">;
}

let ofThisPage: Promise<string> | undefined;

/**
 * This page's device id, always the same until the page (in Node: the process) ends. A tab holds the first free slot, so
 * two tabs are two players and a reload keeps its player. Without storage the id is made up anew each time.
 */
export function deviceIdOfThisPage(): Promise<string> {
  ofThisPage ??= claimDeviceId(browserEnvironment());
  return ofThisPage;
}

/** Claims the first free slot and returns its device id. The slot is held until the page ends. Never rejects. */
export async function claimDeviceId(environment: DeviceEnvironment): Promise<string> {
  const { storage, locks } = environment;
  if (!storage) return newDeviceId(environment);
  if (!locks) return storedDeviceId(0, environment);
  for (let slot = 0; slot < MAX_DEVICE_SLOTS; slot++) {
    try {
      if (await holdLock(locks, SLOT_KEY + slot)) return storedDeviceId(slot, environment);
    } catch {
      return storedDeviceId(0, environment); // Locks can be forbidden (a sandboxed frame): then all tabs are one player.
    }
  }
  return newDeviceId(environment);
}

/** True when the lock was free and is now ours; it is freed by the browser when the page ends. */
function holdLock(locks: Pick<LockManager, "request">, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const untilThePageEnds = new Promise<void>(() => {});
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : untilThePageEnds;
      })
      .catch(reject);
  });
}

function storedDeviceId(slot: number, environment: DeviceEnvironment): string {
  try {
    const stored = environment.storage?.getItem(SLOT_KEY + slot);
    if (stored) return stored;
    const made = newDeviceId(environment);
    environment.storage?.setItem(SLOT_KEY + slot, made);
    return made;
  } catch {
    return newDeviceId(environment); // Storage that is full or forbidden costs the player's memory, not the game.
  }
}

/** A new random device id: a version 4 UUID (RFC 9562), also where `crypto.randomUUID` is missing (pages without TLS). */
export function newDeviceId({ crypto = globalThis.crypto }: DeviceEnvironment = {}): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function browserEnvironment(): DeviceEnvironment {
  if (typeof document === "undefined") return {};
  let storage: Storage | undefined;
  try {
    storage = globalThis.localStorage;
  } catch {
    storage = undefined; // The getter itself throws where storage is blocked.
  }
  return { storage, locks: globalThis.navigator?.locks };
}
