// Roughly where each country is and how far it reaches: enough to say that nobody can have been in both in an hour.

const EARTH_RADIUS_KM = 6_371;

/**
 * ISO 3166-1 alpha-2, latitude and longitude of about the middle in degrees, and the distance from there to about the
 * farthest corner in km. Far-off islands are in the reach, so that a distance is sooner too short than too long.
 */
const PLACES = `
AD 42.5 1.6 30, AE 24 54 350, AF 34 66 800, AG 17.3 -61.8 60, AI 18.2 -63.1 30, AL 41 20 200, AM 40.1 45 220,
AO -12.3 17.5 950, AQ -82 0 3500, AR -38 -64 1950, AS -14.3 -170.7 350, AT 47.6 14.1 400, AU -25.5 134.5 2600,
AW 12.5 -70 30, AX 60.2 20 80, AZ 40.3 47.7 300, BA 44.2 17.8 230, BB 13.2 -59.5 30, BD 23.8 90.3 420,
BE 50.6 4.6 180, BF 12.3 -1.7 500, BG 42.8 25.2 330, BH 26 50.5 50, BI -3.4 29.9 150, BJ 9.6 2.3 400,
BL 17.9 -62.8 20, BM 32.3 -64.8 30, BN 4.5 114.7 100, BO -16.7 -64.7 900, BQ 14.5 -65.7 700, BR -10.8 -53 2400,
BS 24.3 -76.5 550, BT 27.4 90.4 180, BV -54.4 3.4 20, BW -22.2 23.8 650, BY 53.5 28 370, BZ 17.2 -88.7 180,
CA 61 -98 3000, CC -12.2 96.8 40, CD -2.9 23.6 1400, CF 6.6 20.5 800, CG -0.9 15.2 700, CH 46.8 8.2 220,
CI 7.6 -5.6 430, CK -21.2 -159.8 1300, CL -36 -71.5 3800, CM 5.7 12.7 850, CN 36.5 104 2800, CO 3.9 -73.1 1200,
CR 9.9 -84.2 650, CU 21.6 -79 650, CV 16 -24 180, CW 12.2 -69 50, CX -10.5 105.7 30, CY 35 33.2 130,
CZ 49.7 15.3 290, DE 51.1 10.4 520, DJ 11.7 42.6 130, DK 56 10 350, DM 15.4 -61.4 40, DO 18.9 -70.5 230,
DZ 28.2 2.6 1200, EC -1.4 -78.8 1450, EE 58.7 25.5 230, EG 26.5 29.9 800, EH 24.2 -12.2 500, ER 15.4 38.8 600,
ES 40.2 -3.6 1750, ET 8.6 39.6 850, FI 64.5 26.3 620, FJ -17.8 178 500, FK -51.7 -59.4 150, FM 7.5 152 1900,
FO 62 -6.9 80, FR 46.6 2.5 700, GA -0.6 11.8 400, GB 54 -2.5 750, GD 12.1 -61.7 50, GE 42.2 43.5 320,
GF 3.9 -53.1 260, GG 49.5 -2.5 50, GH 7.9 -1.2 400, GI 36.1 -5.4 20, GL 74.7 -41.4 1700, GM 13.4 -15.4 220,
GN 10.4 -10.9 450, GP 16.2 -61.5 80, GQ 1.7 10.3 550, GR 39 23 550, GS -54.4 -36.6 800, GT 15.7 -90.4 300,
GU 13.4 144.8 40, GW 12 -15 220, GY 4.8 -59 480, HK 22.4 114.1 50, HM -53.1 73.5 40, HN 14.8 -86.6 450,
HR 45.1 16.4 330, HT 19 -72.7 200, HU 47.2 19.4 300, ID -2.2 117.3 2800, IE 53.2 -8 270, IL 31.5 35 260,
IM 54.2 -4.5 40, IN 22.9 79.6 2000, IO -7.3 72.4 150, IQ 33 43.7 600, IR 32.6 54.3 1300, IS 65 -18.6 320,
IT 42.8 12.1 800, JE 49.2 -2.1 30, JM 18.2 -77.3 130, JO 31.2 36.8 300, JP 37.5 138 2000, KE 0.5 37.9 650,
KG 41.5 74.6 500, KH 12.7 104.9 350, KI 0 -165 3800, KM -11.9 43.7 150, KN 17.3 -62.7 40, KP 40.1 127.2 450,
KR 36.4 127.8 420, KW 29.3 47.6 130, KY 19.4 -80.9 180, KZ 48.2 67.3 1600, LA 18.5 103.8 600, LB 33.9 35.9 120,
LC 13.9 -61 40, LI 47.1 9.5 20, LK 7.6 80.7 260, LR 6.5 -9.3 330, LS -29.6 28.2 160, LT 55.3 23.9 220,
LU 49.8 6.1 60, LV 56.9 24.9 260, LY 27 18 950, MA 29.8 -8.5 1100, MC 43.7 7.4 10, MD 47.2 28.5 240,
ME 42.8 19.2 120, MF 18.1 -63.1 20, MG -19.4 46.7 850, MH 8 169 900, MK 41.6 21.7 130, ML 17.3 -3.5 1050,
MM 21.2 96.5 1300, MN 46.8 103.1 1250, MO 22.2 113.5 20, MP 16.5 145.6 500, MQ 14.6 -61 50, MR 20.3 -10.3 850,
MS 16.7 -62.2 20, MT 35.9 14.4 40, MU -15 59.5 750, MV 3.7 73.5 520, MW -13.2 34.3 480, MX 23.9 -102.5 2000,
MY 3.8 109.7 1250, MZ -17.3 35.5 1150, NA -22.1 17.2 950, NC -21.3 165.7 600, NE 17.4 9.4 950, NF -29 168 20,
NG 9.6 8.1 780, NI 12.8 -85 330, NL 52.1 5.3 220, NO 65 14 1900, NP 28.2 83.9 500, NR -0.5 166.9 20,
NU -19.1 -169.9 20, NZ -41.8 171.5 1500, OM 20.6 56.1 720, PA 8.5 -80.1 380, PE -9.2 -74.4 1250, PF -15 -145 1800,
PG -6.5 145.2 1300, PH 11.8 122.9 1100, PK 29.9 69.3 1100, PL 52.1 19.4 450, PM 46.9 -56.3 40, PN -24.4 -128 500,
PR 18.2 -66.5 170, PS 31.9 35.2 100, PT 39.5 -8 2100, PW 7.3 134.4 600, PY -23.2 -58.4 620, QA 25.3 51.2 110,
RE -21.1 55.5 50, RO 45.8 25 400, RS 44.2 20.8 320, RU 61.9 96.7 4500, RW -2 29.9 150, SA 24.1 44.5 1250,
SB -8.9 159.6 1000, SC -6.5 52 1100, SD 16 30 1050, SE 62.8 16.7 850, SG 1.4 103.8 40, SH -16 -9.5 2500,
SI 46.1 14.8 150, SJ 78.5 16 1100, SK 48.7 19.5 240, SL 8.6 -11.8 200, SM 43.9 12.5 10, SN 14.4 -14.5 370,
SO 4.8 45.7 1050, SR 4.1 -55.9 330, SS 7.3 30.2 700, ST 0.4 6.7 140, SV 13.7 -88.9 150, SX 18 -63.1 20,
SY 35 38.5 450, SZ -26.6 31.5 110, TC 21.8 -71.8 90, TD 15.3 18.6 950, TF -43.8 63.5 2800, TG 8.5 1 300,
TH 15.1 101 1050, TJ 38.5 71 400, TK -9.1 -171.8 120, TL -8.8 125.8 200, TM 39.1 59.4 650, TN 34.1 9.6 450,
TO -20.4 -174.8 600, TR 39 35.2 850, TT 10.5 -61.3 120, TV -8 178.5 450, TW 23.8 121 500, TZ -6.3 34.8 750,
UA 49 31.4 800, UG 1.3 32.4 380, UM 12 -170 5500, US 44 -105 6300, UY -32.8 -56 350, UZ 41.8 63.1 850,
VA 41.9 12.5 10, VC 13.2 -61.2 80, VE 7.1 -66.2 1000, VG 18.5 -64.5 70, VI 18 -64.8 80, VN 16.6 106.3 1000,
VU -16.2 167.7 600, WF -13.9 -177.4 180, WS -13.8 -172.2 90, XK 42.6 20.9 100, YE 15.9 47.6 1000, YT -12.8 45.2 40,
ZA -29 25.1 1950, ZM -13.5 27.8 850, ZW -19 29.9 500`;

interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly reachKm: number;
}

const PLACE_OF: ReadonlyMap<string, Place> = new Map(
  PLACES.split(",").map((entry) => {
    const [country = "", latitude, longitude, reachKm] = entry.trim().split(" ");
    return [country, { latitude: Number(latitude), longitude: Number(longitude), reachKm: Number(reachKm) }];
  }),
);

/** Every country that has a place, as ISO 3166-1 alpha-2 codes. */
export const PLACED_COUNTRIES: readonly string[] = [...PLACE_OF.keys()];

/**
 * The least distance that somebody in one country can be from somebody in the other, in km: 0 for neighbours and for
 * countries that reach far. Undefined when the place of either is not known.
 */
export function distanceKm(oneCountry: string, otherCountry: string): number | undefined {
  const [one, other] = [PLACE_OF.get(oneCountry), PLACE_OF.get(otherCountry)];
  if (one === undefined || other === undefined) return undefined;
  return Math.max(0, greatCircleKm(one, other) - one.reachKm - other.reachKm);
}

/** The haversine formula (R. W. Sinnott, Virtues of the Haversine, 1984). */
function greatCircleKm(one: Place, other: Place): number {
  const half = (degrees: number) => Math.sin((degrees * Math.PI) / 360) ** 2;
  const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
  const a =
    half(other.latitude - one.latitude) +
    cos(one.latitude) * cos(other.latitude) * half(other.longitude - one.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(a)));
}
