// The command line of the simulator: what it takes, and what it says to a mistake.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP, readArguments, UsageError } from "./arguments.ts";
import { PROFILE_NAMES } from "./profiles.ts";

test("a full command line is read", () => {
  const argv = "lossy --tcp 2567:12567 --udp 7777:17777 --udp 7778:17778 --host localhost --seed 9 --duration 60";
  assert.deepEqual(readArguments(argv.split(" ")), {
    profile: "lossy",
    tcp: [{ targetPort: 2567, listenPort: 12567 }],
    udp: [
      { targetPort: 7777, listenPort: 17777 },
      { targetPort: 7778, listenPort: 17778 },
    ],
    host: "127.0.0.1",
    seed: 9,
    durationSeconds: 60,
  });
});

test("help names every profile and option", () => {
  assert.equal(readArguments(["--help"]), "help");
  for (const word of [...PROFILE_NAMES, "--tcp", "--udp", "--host", "--seed", "--duration"]) {
    assert.ok(HELP.includes(word), word);
  }
});

test("each mistake is told with the argument, its bound and what to do", () => {
  const mistakes: [string, RegExp][] = [
    ["", /A profile is missing: name one of lan, wifi, mobile, lossy, awful/],
    ["swamp --tcp 1:2", /<profile> must be one of lan, .* and was "swamp"/],
    ["lan wifi --tcp 1:2", /Only one profile can be named; leave out "wifi"/],
    ["lan", /Nothing to simulate: give --tcp TARGET:LISTEN or --udp/],
    ["lan --tcp 2567", /--tcp must be TARGET:LISTEN, two ports, and was "2567": for example 2567:12567/],
    ["lan --udp 0:5", /--udp TARGET must be a whole number from 1 to 65535, and was "0"/],
    ["lan --udp 5:70000", /--udp LISTEN must be a whole number from 1 to 65535, and was "70000"/],
    ["lan --tcp 5:5", /--tcp 5:5 would send to itself: give LISTEN another port/],
    ["lan --tcp 5:7 --tcp 6:7", /--tcp LISTEN 7 is given twice: use another port/],
    ["lan --tcp 5:7 --seed -1", /--seed/],
    ["lan --tcp 5:7 --seed 1.5", /--seed must be a whole number from 0 to 4294967295, and was "1.5"/],
    ["lan --tcp 5:7 --duration 0", /--duration must be a whole number from 1 to 604800, and was "0"/],
    ["lan --tcp 5:7 --host 192.0.2.7", /--host must be a loopback address, and was "192.0.2.7": use 127\.0\.0\.1/],
    ["lan --tcp 5:7 --colour red", /--colour/],
    [`lan ${Array.from({ length: 33 }, (_, index) => `--tcp 1:${index + 2}`).join(" ")}`, /At most 32 ports/],
  ];
  for (const [line, message] of mistakes) {
    assert.throws(
      () => readArguments(line.split(" ").filter((word) => word !== "")),
      (error) => error instanceof UsageError && message.test(error.message),
      line,
    );
  }
});
