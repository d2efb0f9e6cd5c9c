// The accounts that recovery works upon, in memory: whose an address is, which passwords were set, who was signed out.
import { AppError } from "../../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../../shared/schema/platform/index.ts";
import type { PasswordReset, PlayerEmails, SessionEnder } from "../service.ts";

/** The ports of `RecoveryService` towards accounts, for tests. */
export class MemoryAccounts implements PlayerEmails, PasswordReset, SessionEnder {
  readonly #owners = new Map<string, string>();
  /** `playerId password`, in the order they were set. */
  readonly passwords: string[] = [];
  /** `playerId` and, after a space, the session that went on. */
  readonly ended: string[] = [];
  /** Called before an address is replaced; may throw. */
  onReplace: () => void | Promise<void> = () => undefined;

  give(environmentId: EnvironmentId, playerId: string, address: string): void {
    this.#owners.set(`${environmentId} ${address}`, playerId);
  }

  async emailOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined> {
    const found = [...this.#owners].find(([key, id]) => key.startsWith(`${environmentId} `) && id === playerId);
    return found?.[0].slice(environmentId.length + 1);
  }

  async playerOfEmail(environmentId: EnvironmentId, address: string): Promise<string | undefined> {
    return this.#owners.get(`${environmentId} ${address}`);
  }

  async replaceEmail(
    environmentId: EnvironmentId,
    playerId: string,
    from: string | undefined,
    to: string,
  ): Promise<void> {
    await this.onReplace();
    const owner = this.#owners.get(`${environmentId} ${to}`);
    if (owner !== undefined && owner !== playerId) throw new AppError("auth.forbidden", "The address is taken.");
    if (from !== undefined) this.#owners.delete(`${environmentId} ${from}`);
    this.give(environmentId, playerId, to);
  }

  async reset(_environmentId: EnvironmentId, playerId: string, newPassword: string): Promise<void> {
    if (newPassword.length < 8) throw new AppError("request.invalid", "The password is too short.");
    this.passwords.push(`${playerId} ${newPassword}`);
  }

  async endAll(
    _environmentId: EnvironmentId,
    playerId: string,
    _reason: "credentials_changed",
    options: { readonly exceptSessionId?: string } = {},
  ): Promise<void> {
    this.ended.push([playerId, options.exceptSessionId].filter(Boolean).join(" "));
  }
}
