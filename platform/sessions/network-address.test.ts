// Addresses as the database compares them, checked against Node's own reading of ranges.
import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cidrOf, inetOf } from "./network-address.ts";

describe("addresses", () => {
  it("are taken as they are, networks too, and anything else is none", () => {
    for (const good of ["203.0.113.7", "::1", "2001:db8::/64", "10.0.0.0/8", "::ffff:1.2.3.4"]) {
      assert.equal(inetOf(good), good);
    }
    for (const bad of ["unknown", "", "1.2.3", "1.2.3.4/33", "::1/129", "fe80::1%eth0", "1.2.3.4/8/8", "1.2.3.4/x"]) {
      assert.equal(inetOf(bad), undefined, bad);
    }
  });

  it("become ranges that begin at their first address, within the bounds", () => {
    assert.equal(cidrOf(" 203.0.113.77/24 "), "203.0.113.0/24");
    assert.equal(cidrOf("203.0.113.77"), "203.0.113.77/32");
    assert.equal(cidrOf("10.255.1.2/9"), "10.128.0.0/9");
    assert.equal(cidrOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2:0:0:0:0/64");
    assert.equal(cidrOf("2001:db8::1/128"), "2001:db8:0:0:0:0:0:0/64");
    assert.equal(cidrOf("2001:dbff::/25"), "2001:db80:0:0:0:0:0:0/25");
    for (const bad of ["0.0.0.0/0", "10.0.0.0/7", "2001::/18", "::/0", "nowhere"])
      assert.equal(cidrOf(bad), undefined, bad);
  });

  it("are in the range that is made of them, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 19, max: 32 }), (address, prefix) => {
        const range = cidrOf(`${address}/${prefix}`);
        assert.ok(range !== undefined);
        const [network = "", length] = range.split("/");
        const family = address.includes(":") ? "ipv6" : "ipv4";
        const list = new BlockList();
        list.addSubnet(network, Number(length), family);
        assert.ok(list.check(address, family), `${address} is not in ${range}`);
      }),
    );
  });
});
