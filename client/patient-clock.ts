// The SDK's clock, made to follow a network whose latency changes for good.
import { RoomClockImpl } from "@colyseus/sdk/RoomClock";

/** A sample more than this many times the average is what the SDK's clock rejects as an outlier. */
const OUTLIER_FACTOR = 4;
/** So many outliers in a row are no outliers: the route has changed. At 30 acknowledgements a second, a third of a second. */
const OUTLIERS_IN_A_ROW = 10;

/**
 * Estimates server time and round trips as the SDK does, and starts over when the round trip has grown for good. The
 * stock clock rejects every sample above four times its average, so after such a change it would never learn again.
 */
export class PatientClock extends RoomClockImpl {
  #outliers = 0;

  override sample(serverMs: number, rttMs: number): void {
    if (rttMs >= 0) {
      const average = this.smoothedRtt();
      this.#outliers = average > 0 && rttMs > average * OUTLIER_FACTOR ? this.#outliers + 1 : 0;
      if (this.#outliers >= OUTLIERS_IN_A_ROW) {
        this.#outliers = 0;
        this.reset();
      }
    }
    super.sample(serverMs, rttMs);
  }
}
