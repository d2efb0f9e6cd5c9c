import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  claimDeviceId,
  type DeviceEnvironment,
  deviceIdOfThisPage,
  MAX_DEVICE_SLOTS,
  newDeviceId,
} from "./device-id.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A browser: storage for all tabs, and locks that each tab holds until it is closed. */
class FakeBrowser {
  readonly stored = new Map<string, string>();
  readonly #held = new Set<string>();

  openTab(): { environment: DeviceEnvironment; close: () => void } {
    const mine = new Set<string>();
    const request = async (name: string, _options: unknown, callback: (lock: object | null) => unknown) => {
      const isFree = !this.#held.has(name);
      if (isFree) {
        this.#held.add(name);
        mine.add(name);
      }
      return callback(isFree ? { name } : null);
    };
    const storage = {
      getItem: (key: string) => this.stored.get(key) ?? null,
      setItem: (key: string, value: string) => void this.stored.set(key, value),
    };
    const locks = { request } as unknown as NonNullable<DeviceEnvironment["locks"]>;
    const close = (): void => {
      for (const name of mine) this.#held.delete(name);
    };
    return { environment: { storage, locks }, close };
  }
}

describe("device ids", () => {
  test("two tabs are two devices, and a reload keeps its own", async () => {
    const browser = new FakeBrowser();
    const [first, second] = [browser.openTab(), browser.openTab()];
    const firstId = await claimDeviceId(first.environment);
    const secondId = await claimDeviceId(second.environment);
    assert.match(firstId, UUID);
    assert.notEqual(firstId, secondId);
    first.close();
    assert.equal(await claimDeviceId(browser.openTab().environment), firstId);
  });

  test("more tabs than slots still get an id, which is not kept", async () => {
    const browser = new FakeBrowser();
    const ids = new Set<string>();
    for (let tab = 0; tab < MAX_DEVICE_SLOTS + 2; tab++) ids.add(await claimDeviceId(browser.openTab().environment));
    assert.equal(ids.size, MAX_DEVICE_SLOTS + 2);
    assert.equal(browser.stored.size, MAX_DEVICE_SLOTS);
  });

  test("without locks all tabs are one device, without storage each start is a new one", async () => {
    const { storage } = new FakeBrowser().openTab().environment;
    assert.equal(await claimDeviceId({ storage }), await claimDeviceId({ storage }));
    assert.notEqual(await claimDeviceId({}), await claimDeviceId({}));
  });

  test("storage or locks that are forbidden cost the memory, not the game", async () => {
    const refuse = (): never => {
      throw new DOMException("forbidden", "SecurityError");
    };
    const { storage, locks } = new FakeBrowser().openTab().environment;
    assert.match(await claimDeviceId({ storage: { getItem: refuse, setItem: refuse }, locks }), UUID);
    assert.match(await claimDeviceId({ storage, locks: { request: () => Promise.reject(new Error("no")) } }), UUID);
  });

  test("where randomUUID is missing the id is still a version 4 UUID", () => {
    const { crypto } = globalThis;
    const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
    assert.match(newDeviceId({ crypto: insecure }), UUID);
  });

  test("in Node the id is the process's own and stays", async () => {
    assert.equal(await deviceIdOfThisPage(), await deviceIdOfThisPage());
  });
});
