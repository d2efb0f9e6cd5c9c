// Guessable passwords are known for what they are, away from the event loop.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { MIN_SCORE, StrengthMeter } from "./strength.ts";

const meter = new StrengthMeter();
after(async () => meter.close());

const isUnavailable = (error: unknown) => error instanceof AppError && error.code === "service.unavailable";

describe("StrengthMeter", () => {
  it("passes what is hard to guess, and not what everybody tries first", async () => {
    for (const weak of ["password", "P@ssw0rd1", "qwertyuiop", "aaaaaaaaaaaa", "20040229", "letmein2024"]) {
      assert.ok((await meter.measure(weak, [])) < MIN_SCORE, weak);
    }
    for (const strong of ["correct horse battery staple", "vQ8#nLw2!pZ", "eleven wet badgers hum"]) {
      assert.ok((await meter.measure(strong, [])) >= MIN_SCORE, strong);
    }
  });

  it("counts what is known of the person as guessed", async () => {
    const password = "nimble.otter42";
    assert.ok((await meter.measure(password, [])) > (await meter.measure(password, ["nimble.otter42", "otter"])));
  });

  it("leaves the event loop free, also for what takes long to judge", async () => {
    await meter.measure("warm up", []);
    const [own, all] = [process.threadCpuUsage(), process.cpuUsage()];
    await Promise.all(Array.from({ length: 20 }, (_, i) => meter.measure(`${i}`.padEnd(128, "4@8({[<369!1|0$5"), [])));
    const share = process.threadCpuUsage(own).user / process.cpuUsage(all).user;
    assert.ok(share < 0.2, `the event loop did ${Math.round(share * 100)} % of the work`);
  });

  it("refuses more than it can judge soon, and fails what is open when it is closed", async () => {
    const closing = new StrengthMeter();
    const open = Array.from({ length: 64 }, (_, i) => closing.measure(`password ${i}`, []));
    await assert.rejects(closing.measure("one too many", []), isUnavailable);
    const settled = Promise.allSettled(open);
    await closing.close();
    assert.ok((await settled).every((outcome) => outcome.status === "rejected" && isUnavailable(outcome.reason)));
    assert.equal(typeof (await closing.measure("another worker", [])), "number");
    await closing.close();
  });
});
