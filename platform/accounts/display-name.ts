// Friendly names for players who have not chosen one.
import { createHash } from "node:crypto";

const ADJECTIVES =
  "Amber Brave Bright Calm Clever Copper Coral Cosmic Crimson Daring Eager Early Fabled Fearless Gentle Gilded Golden Happy Hidden Humble Icy Indigo Ivory Jade Jolly Keen Kind Lively Lucky Lunar Merry Mighty Misty Nimble Noble Olive Patient Polar Proud Quick Quiet Rapid Royal Rustic Scarlet Silent Silver Sly Solar Steady Stormy Sunny Swift Tidal Tiny Vivid Wandering Warm Wild Windy Wise Witty Young Zesty".split(
    " ",
  );

const ANIMALS =
  "Badger Bear Beaver Bison Bobcat Cheetah Condor Crane Crow Deer Dolphin Dragonfly Eagle Elk Falcon Ferret Finch Fox Gecko Hare Hawk Hedgehog Heron Ibex Jackal Jaguar Jay Kestrel Kingfisher Koala Lark Lemur Leopard Lion Lynx Magpie Marten Mole Moose Newt Ocelot Orca Osprey Otter Owl Panda Panther Pelican Penguin Puffin Puma Raven Robin Salmon Seal Sparrow Squirrel Stork Swan Tiger Toad Turtle Wolf Wren".split(
    " ",
  );

const NUMBERS = 100;

/** A name such as "Nimble Otter 42", at most 32 characters; always the same for the same seed. Names are not unique. */
export function displayNameFor(seed: string): string {
  const hash = createHash("sha256").update(seed).digest();
  const adjective = ADJECTIVES[hash.readUInt16BE(0) % ADJECTIVES.length];
  const animal = ANIMALS[hash.readUInt16BE(2) % ANIMALS.length];
  return `${adjective} ${animal} ${hash.readUInt16BE(4) % NUMBERS}`;
}
