package report

import "strings"

// tiles is the world with one tile of equal size a country, drawn by hand: a country
// stands about where it lies, beside as many of its neighbours as the grid allows. A
// tile says how much was seen there; area would only say how large the country is.
// Codes are ISO 3166-1 alpha-2.
const tiles = `
.. .. .. .. .. .. GL .. .. .. IS .. .. NO SE FI .. .. .. .. .. .. .. .. .. .. .. .. .. ..
.. CA .. .. PM .. .. .. .. .. FO IM .. DK LV EE RU .. .. .. .. .. .. .. .. .. .. .. .. ..
.. US .. .. BM .. .. .. .. .. IE GB NL DE PL LT BY .. .. .. .. .. .. .. .. .. .. .. .. ..
.. MX .. .. BS TC .. AI MF .. GG JE BE LU CZ SK UA .. .. .. KZ .. .. .. .. .. .. .. .. ..
.. GT BZ CU HT DO PR VG SX AG .. FR CH LI AT HU RO MD GE AZ TM UZ KG MN .. .. .. .. .. ..
.. SV HN KY JM .. VI KN MS GP AD MC IT SM SI HR RS BG TR AM .. TJ .. CN KP .. .. .. .. ..
.. .. NI .. AW CW BQ VC DM PT ES GI VA .. BA ME XK MK SY IQ IR AF NP BT KR JP .. .. .. ..
.. .. CR PA .. .. GD BB LC MQ .. .. .. MT .. AL GR CY LB JO KW PK IN BD MO HK TW .. .. ..
.. .. .. CO VE TT GY SR GF .. .. MA DZ TN LY EG .. IL PS SA BH QA .. MM LA VN PH .. MP ..
.. .. .. EC PE BR .. .. .. CV MR ML NE .. TD SD ER DJ .. YE OM AE LK TH KH .. .. .. GU ..
.. .. .. .. BO PY .. .. .. GM SN BF BJ NG CF SS ET SO .. .. .. .. MV MY BN .. PW FM MH ..
.. .. .. .. CL AR UY .. .. GW GN CI TG CM CG UG KE .. .. .. .. .. .. .. SG ID PG NR KI ..
.. .. .. .. .. FK .. .. .. SL LR GH GQ GA CD RW TZ .. SC .. IO .. .. .. .. TL SB TV TK ..
.. .. .. .. .. .. .. .. .. .. .. .. ST AO ZM BI MW KM YT .. .. .. .. .. .. AU VU WF WS AS
.. .. .. .. .. .. .. .. .. .. .. SH .. NA BW ZW MZ MG .. .. .. .. .. .. .. .. NC FJ TO NU
.. .. .. .. .. .. .. .. .. .. .. .. .. .. ZA LS SZ .. RE MU .. .. .. .. .. .. NF NZ CK PF
`

// tile is the place of a country on the map.
type tile struct {
	Code     string
	Col, Row int
}

// layOut reads the drawing.
func layOut() (all []tile, cols, rows int) {
	for row, line := range strings.Split(strings.TrimSpace(tiles), "\n") {
		for col, code := range strings.Fields(line) {
			cols = max(cols, col+1)
			if code != ".." {
				all = append(all, tile{code, col, row})
			}
		}
		rows = row + 1
	}
	return all, cols, rows
}
