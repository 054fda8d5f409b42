package main

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// lotLines is how many parcels a run has: enough that they do not stay in a processor's nearer caches.
const lotLines = 50_000

// original is the number of lines of the file that the shares below were counted in: San Francisco's parcels, as
// event-ruler's benchmark has them.
const original = 213_068

// share is a value and how many of the original's lines have it.
type share struct {
	value string
	lines int
}

// streets are those that the rules ask for, alone or with others of the same beginning or end. The streets of
// all other lines are made up, and none of them has such a beginning or end.
var streets = []share{
	{"ACADIA", 24},
	{"BLYTHDALE", 442},
	{"DRAKE", 25},
	{"DRUMM", 13},
	{"FULTON", 1910},
	{"FUNSTON", 477},
	{"RHINE", 328},
	{"MASON", 2657},
	{"MASONIC", 293},
	{"MOULTON", 22},
	{"JEFFERSON", 131},
	{"MISSION", 4800},
	{"WASHINGTON", 2400},
	{"JACKSON", 2300},
	{"UNION", 1800},
	{"ALLISON", 1424},
	{"LAKE", 846},
	{"IRVING", 1963},
	{"SANTIAGO", 682},
	{"BEACH", 211},
	{"HYDE", 1758},
	{"CHESTNUT", 825},
}

// streetTypes are what follows a street's name; the rest of the lines have null.
var streetTypes = []share{{"ST", 116386}, {"AVE", 62000}, {"CT", 1774}, {"WAY", 9000}, {"DR", 8000}, {"BLVD", 3000}, {"TER", 2500}, {"STWY", 15}}

// parcels are those that the rules ask for by number; a building's flats share one.
var parcels = []share{{"3745012", 655}, {"2607117", 101}, {"2607218", 35}}

// once are parcels with one line each, by the line's number.
var once = map[int]string{1_234: "1430022", 7_890: "VACSTWIL"}

// Lines of a polygon that begins with a point that a rule asks for, and of one in several parts that has such a point:
// the original has two and one.
const (
	beginsAsked = 4_321
	partsAsked  = 9_876
)

// otherStreets is how many streets are made up.
const otherStreets = 1_678

// Coordinates that rules ask for.
const (
	askedX = "-122.42916360922355"
	askedY = "37.729900216217324"
)

// city draws parcels.
type city struct {
	rng     *rand.Rand
	streets []string // made up
	last    bool     // firstCoordinates stands behind the coordinates
}

// lots makes parcels out of a seed: GeoJSON features of about 900 bytes. Their polygons' points are objects, and
// the first of them stands once more in firstCoordinates: before the coordinates, or behind them.
func lots(seed uint64, n int, last bool) [][]byte {
	c := &city{rng: rand.New(rand.NewPCG(seed, 1)), last: last}
	c.nameStreets()
	all := make([][]byte, n)
	for i := range all {
		all[i] = c.lot(i)
	}
	return all
}

// nameStreets makes up the streets that no rule asks for.
func (c *city) nameStreets() {
	heads := []string{"AL", "BRO", "CAR", "DEL", "ELM", "FAIR", "GAR", "HAR", "IVY", "KIN", "LIN", "MAR", "NOR", "OAK", "PAL", "QUI", "ROS", "SAN", "TAR", "VAL", "WAL", "YOR"}
	bodies := []string{"", "A", "BER", "DO", "EN", "FORD", "GA", "LE", "MI", "NE", "RI", "STER", "VE"}
	tails := []string{"BROOK", "CREST", "DALE", "FIELD", "HURST", "LAND", "MONT", "VIEW", "WOOD", "TERA", "WELL", "COTT"}
	for _, h := range heads {
		for _, b := range bodies {
			for _, t := range tails {
				c.streets = append(c.streets, h+b+t)
			}
		}
	}
	slices.Sort(c.streets)
	c.rng.Shuffle(len(c.streets), func(i, j int) { c.streets[i], c.streets[j] = c.streets[j], c.streets[i] })
	c.streets = c.streets[:otherStreets]
}

// one draws one of several values by their shares; "" stands for none of them.
func (c *city) one(of []share) string {
	n := c.rng.IntN(original)
	for _, s := range of {
		if n < s.lines {
			return s.value
		}
		n -= s.lines
	}
	return ""
}

// lot draws the i-th parcel.
func (c *city) lot(i int) []byte {
	mapped, own := c.numbers(i)
	b := make([]byte, 0, 1_400)
	b = append(b, `{"type":"Feature","properties":{`...)
	b = member(b, "MAPBLKLOT", mapped)
	b = member(append(b, ','), "BLKLOT", own)
	b = member(append(b, ','), "BLOCK_NUM", own[:4])
	b = member(append(b, ','), "LOT_NUM", own[4:])
	b = c.address(b)
	b = append(b, `},"geometry":{`...)
	b = c.polygon(b, i)
	return append(b, `}}`...)
}

// member appends a member of an object; "" becomes null.
func member(b []byte, name, value string) []byte {
	b = strconv.AppendQuote(b, name)
	if value == "" {
		return append(b, `:null`...)
	}
	return strconv.AppendQuote(append(b, ':'), value)
}

// numbers draws the parcel's number on the map, and its own.
func (c *city) numbers(i int) (mapped, own string) {
	own = padded(1+c.rng.IntN(7_500), 4) + padded(1+c.rng.IntN(120), 3)
	if asked := c.one(parcels); asked != "" {
		return asked, asked[:4] + own[4:]
	}
	if asked := once[i]; asked != "" {
		return asked, own
	}
	return own, own
}

// padded is a number with leading zeros.
func padded(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// address appends where the parcel lies; some lie nowhere.
func (c *city) address(b []byte) []byte {
	var from, to, street, kind, side string
	switch n := c.rng.IntN(200); {
	case n < 1: // all null
	case n < 4:
		from, to, street, side = "0", "0", "UNKNOWN", "E"
	default:
		number := 1 + c.rng.IntN(4_000)
		if c.rng.IntN(original) < 2_453 {
			number = 441
		}
		from, to, side = strconv.Itoa(number), strconv.Itoa(number+2*c.rng.IntN(4)), []string{"E", "O"}[number%2]
		if street = c.one(streets); street == "" {
			street = c.streets[c.rng.IntN(len(c.streets))]
		}
		kind = c.one(streetTypes)
	}
	b = member(append(b, ','), "FROM_ST", from)
	b = member(append(b, ','), "TO_ST", to)
	b = member(append(b, ','), "STREET", street)
	b = member(append(b, ','), "ST_TYPE", kind)
	return member(append(b, ','), "ODD_EVEN", side)
}

// polygon appends a ring of 5 to 20 points, fewer oftener than more.
func (c *city) polygon(b []byte, line int) []byte {
	n := 5 + c.rng.IntN(16)
	if c.rng.IntN(6) > 0 {
		n = min(n, 5+c.rng.IntN(16))
	}
	ring := c.ring(n)
	kind := "Polygon"
	if c.rng.IntN(original) < 120 {
		kind = "MultiPolygon"
	}
	if c.rng.IntN(original) < 218 { // in the original too it is seldom the first of the ring
		ring[1+c.rng.IntN(n-2)].x = askedX
	}
	switch line {
	case beginsAsked:
		kind, ring[0].x, ring[n-1].x = "Polygon", askedX, askedX
	case partsAsked:
		kind, ring[1].y = "MultiPolygon", askedY
	}
	b = member(b, "type", kind)
	if !c.last {
		b = ring[0].append(append(b, `,"firstCoordinates":`...))
	}
	b = append(b, `,"coordinates":[`...)
	for i, p := range ring {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.append(b)
	}
	b = append(b, ']')
	if c.last {
		b = ring[0].append(append(b, `,"firstCoordinates":`...))
	}
	return b
}

// point is one of a polygon.
type point struct{ x, y string }

// ring draws points near each other, the first of them once more as the last. Their numbers are as short as a
// double's can be, like the original's: a pattern's ranges see no others.
func (c *city) ring(n int) []point {
	ring := make([]point, n)
	x, y := -122.432+0.03*c.rng.NormFloat64(), 37.755+0.02*c.rng.NormFloat64()
	for i := range ring {
		ring[i].x = strconv.FormatFloat(x+0.0004*c.rng.Float64(), 'f', -1, 64)
		ring[i].y = strconv.FormatFloat(y+0.0004*c.rng.Float64(), 'f', -1, 64)
	}
	ring[n-1] = ring[0]
	return ring
}

// append appends the point as an object.
func (p point) append(b []byte) []byte {
	b = append(append(b, `{"x":`...), p.x...)
	b = append(append(b, `,"y":`...), p.y...)
	return append(b, `,"z":0.0}`...)
}
