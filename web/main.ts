// The browser games, from opening the page to the one that its address asks for.
import "./strict-csp.ts";
import { byId, make } from "./dom.ts";
import { GAMES, type GameName, gameFromQuery } from "./games.ts";
import { Screen } from "./hud/screen.ts";
import { optionsFromQuery } from "./options.ts";
import { joinProblem } from "./problems.ts";

const name = gameFromQuery(window.location.search);
const game = GAMES[name];
document.body.dataset["game"] = name;
document.title = `Gamekeeper ${game.title}`;
byId("screen-title", HTMLElement).textContent = game.title;
for (const id of ["games", "games-menu"]) offerGames(byId(id, HTMLElement), name);

const screen = new Screen(window.matchMedia("(pointer: coarse)").matches ? game.touch : game.keys);

// Not awaited at the top level: the renderer's chunk imports this one, and would wait for it for ever.
game.play(screen, optionsFromQuery(window.location.search)).catch(async (error: unknown) => {
  await screen.showProblem(joinProblem(error));
  window.location.reload();
});

/** Fills a menu with a link for each game. */
function offerGames(menu: HTMLElement, current: GameName): void {
  for (const [key, { title }] of Object.entries(GAMES)) {
    const link = make("a", "", title);
    link.href = `?game=${key}`;
    if (key === current) link.setAttribute("aria-current", "page");
    menu.append(link);
  }
}
