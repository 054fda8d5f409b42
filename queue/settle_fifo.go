package queue

import (
	"cmp"
	"slices"

	"github.com/casestream/casestream/store"
)

// findFIFO holds the groups of deliveries of FIFO queues, and gives the places of their messages by number; a
// message that is gone has none. It sorts the deliveries by bin. Everybody takes groups in the same order, so
// that no two transactions wait for each other.
func findFIFO(tx *store.Tx, list []*delivery) (map[int64]*Received, error) {
	if err := findGroups(tx, list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b *delivery) int { return cmp.Compare(a.q.bin, b.q.bin) })
	places := make(map[int64]*Received, len(list))
	for part := range byBin(list) {
		bin := part[0].q.bin
		wanted := make([]*Received, 0, len(part))
		for _, d := range part {
			if d.group != "" {
				wanted = append(wanted, &Received{GroupID: d.group, seq: d.handle.seq})
			}
		}
		if err := holdGroups(tx, bin, groupsOf(wanted)); err != nil {
			return nil, err
		}
		found, err := getPlaces(tx, bin, wanted)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			places[m.seq] = m
		}
	}
	return places, nil
}

// byBin gives the parts of sorted deliveries that are of one bin each.
func byBin(list []*delivery) func(yield func([]*delivery) bool) {
	return func(yield func([]*delivery) bool) {
		for len(list) > 0 {
			n := slices.IndexFunc(list, func(d *delivery) bool { return d.q.bin != list[0].q.bin })
			if n < 0 {
				n = len(list)
			}
			if !yield(list[:n:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// deleteFIFO removes messages of FIFO queues, whose handles must be in force.
func (s *Queues) deleteFIFO(tx *store.Tx, list []*delivery) error {
	if len(list) == 0 {
		return nil
	}
	places, err := findFIFO(tx, list)
	if err != nil {
		return err
	}
	for part := range byBin(list) {
		q := part[0].q
		var gone []*Received
		for _, d := range part {
			m := places[d.handle.seq]
			if m == nil || m.GroupID != d.group {
				continue // gone before
			}
			if m.Receives != int(d.handle.receives) || m.visible <= tx.Micros() {
				*d.answer = handleExpired(d.text)
				continue
			}
			gone = append(gone, m)
			delete(places, m.seq) // a second handle of the call finds it gone
		}
		if len(gone) == 0 {
			continue
		}
		if err := deletePlaces(tx, q.bin, gone); err != nil {
			return err
		}
		if err := refreshGroups(tx, q.bin, groupsOf(gone)); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			s.count.deleted.Add(int64(len(gone)))
			s.lobby.wake(q.ID, len(gone)) // their groups may be free now
		})
	}
	return nil
}

// changeFIFO changes the visibility of messages of FIFO queues. The last one wins of several changes of one
// message.
func (s *Queues) changeFIFO(tx *store.Tx, list []*delivery) error {
	if len(list) == 0 {
		return nil
	}
	places, err := findFIFO(tx, list)
	if err != nil {
		return err
	}
	for part := range byBin(list) {
		bin := part[0].q.bin
		var hidden []*Received
		for _, d := range part {
			m := places[d.handle.seq]
			if m != nil && m.GroupID == d.group && m.Receives != int(d.handle.receives) {
				*d.answer = handleExpired(d.text)
				continue
			}
			at := tx.Now().Add(d.hide).UnixMicro()
			if m != nil {
				if m.visible = at; !slices.Contains(hidden, m) {
					hidden = append(hidden, m)
				}
			}
			s.changed(tx, d, at, m != nil)
		}
		if err := hidePlaces(tx, bin, hidden); err != nil {
			return err
		}
		if err := refreshGroups(tx, bin, groupsOf(hidden)); err != nil {
			return err
		}
	}
	return nil
}
