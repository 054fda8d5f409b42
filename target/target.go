// Package target says what a destination of events must do; each kind of destination has a folder below.
//
// A destination in our own store is a bus.Local. It is handed Deliveries in the transaction that publishes
// their events and must
//
//   - write what it writes with that transaction only, so that an event is there exactly when the
//     publisher's change is;
//   - set the Err of a delivery, to an error of kind Denied, NotFound or Invalid, where trying again will not
//     help, and write nothing for it: its event then goes to the target's dead-letter queue;
//   - return an error where the transaction must not commit: the store has failed, not the target;
//   - keep the order of the deliveries, be safe for use by many goroutines, and keep no Delivery.
//
// A destination outside it is a Remote. The transaction that publishes leaves a delivery for it, and courier
// carries that out later, again and again if need be.
//
// What a destination may not do is decide whether an event is meant for it: the bus has matched the rule,
// and chosen the body, before.
//
//	remote.go  Remote, and the failures of one
//	log/       CloudWatch Logs log groups
//	queue/     SQS queues
//	remoteaws/ queues and event buses of other accounts and Regions
package target
