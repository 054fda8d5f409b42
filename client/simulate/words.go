package simulate

import "strings"

// words splits a list. Texts draw from the front of a list far more often than from its end, so that each
// list has words that nearly every case holds and words that few do.
func words(list string) []string { return strings.Fields(list) }

// phrases splits a list whose entries have several words.
func phrases(list string) []string {
	all := strings.Split(strings.TrimSpace(list), "\n")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// things is what customers buy and write about.
var things = words(`parcel order invoice phone laptop router charger headset tablet camera printer keyboard monitor
	watch speaker cable battery adapter subscription contract voucher refund payment mattress lamp chair desk sofa shelf
	kettle toaster blender fridge freezer oven dishwasher vacuum heater fan drill saw ladder mower hose tent backpack
	bicycle helmet scooter skateboard kayak paddle jacket trousers boots sneakers scarf gloves umbrella suitcase wallet
	necklace bracelet sunglasses telescope microscope metronome accordion harmonica clarinet theremin sextant barometer
	samovar loom kiln anvil hourglass weathervane`)

// troubles is what is wrong with a thing.
var troubles = phrases(`did not arrive
	is late
	arrived damaged
	is missing a part
	does not start
	was charged twice
	is the wrong size
	is the wrong colour
	stopped working
	was delivered to a neighbour
	makes a strange noise
	cannot be cancelled
	loses the connection
	is not what was ordered
	gets too hot
	was returned but not refunded
	has a broken seal
	shows an error
	leaks
	has the wrong label
	smells of smoke
	came without a manual
	has a cracked screen
	will not pair
	vibrates at night
	is stuck in customs
	was signed for by a stranger
	rattles
	has a bent hinge
	corroded after a week
	flickers
	hums in B flat`)

// manners says how a customer is.
var manners = words(`calm friendly upset patient angry polite worried surprised disappointed hurried confused relieved
	grateful sceptical insistent furious sarcastic bewildered exuberant lugubrious`)

// callers is what the customer did.
var callers = phrases(`called about
	wrote an e-mail about
	opened a chat about
	complained about
	asked about
	wants to return
	wants to exchange
	sent photos of
	left a voice message about
	came to the shop with
	wrote a review of
	posted on social media about
	sent a registered letter about
	had a lawyer write about`)

// answers is what an agent did about it.
var answers = phrases(`asked the warehouse for
	opened a trace for
	offered a refund for
	ordered a replacement for
	checked the warranty of
	sent a return label for
	forwarded the photos of
	booked a technician for
	gave a discount on
	called the carrier about
	escalated
	explained how to reset
	waived the fee for
	verified the serial number of
	requested a proof of purchase for
	asked the legal team about
	requisitioned a courier for
	arranged a site visit for`)

// times says when.
var times = phrases(`today
	yesterday
	this morning
	last week
	on Monday
	on Friday
	before the weekend
	an hour ago
	two days ago
	after the delivery
	at the end of the month
	during the holidays
	before noon
	on Tuesday evening
	over Easter
	on the night of the storm
	before the leap day`)

// ends is what comes next.
var ends = phrases(`waiting for an answer
	the customer will call back
	nothing more to do
	needs a second look
	the customer is happy
	a manager has to approve it
	the carrier will answer within two days
	left a message
	no answer so far
	to be closed if nothing comes
	the refund takes five days
	the part is out of stock
	the address was corrected
	the line was engaged
	an interpreter is needed
	the serial number is illegible
	the depot was flooded`)

// firstNames and lastNames are the customers' and the agents'.
var (
	firstNames = words(`Jane John Maria Ahmed Wei Anna Luis Fatima David Olga Peter Aisha Carlos Emma Noah Sofia Ivan Mei
	Omar Lucia Hans Priya Kofi Ingrid Tariq Yuki Pablo Nina Bram Zara Mateo Freya Dmitri Leila Soren Amara Hugo Saoirse
	Thabo Xiomara Cosmo Ottoline Zebedee`)
	lastNames = words(`Smith Garcia Müller Chen Khan Silva Brown Novak Rossi Tanaka Johnson Ali Martin Jensen Kowalski
	Haddad Okafor Larsen Dubois Moreau Singh Fischer Costa Popov Sato Murphy Andersson Weber Romero Yilmaz Nkosi Ivanova
	O'Brien Fernandes Papadakis Lindqvist Vasquez Achterberg Featherstonehaugh Quetzalcoatl`)
)

// cities is where they live.
var cities = words(`London Paris Berlin Madrid Rome Vienna Lisbon Dublin Oslo Prague Warsaw Athens Helsinki Zürich
	Brussels Antwerp Porto Seville Lyon Turin Hamburg Gdansk Bergen Galway Tromsø Ljubljana Valletta Reykjavik Vaduz
	Longyearbyen`)
