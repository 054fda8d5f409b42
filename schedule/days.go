package schedule

import (
	"fmt"
	"strings"
	"time"
)

// days tells which days of a month are meant: bit d stands for day d.
type days func(month) uint32

// month is a month of some year, as far as days go.
type month struct {
	length int
	first  time.Weekday // the day of the week of its first day
}

// monthOf describes a month.
func monthOf(year int, m time.Month) month {
	return month{
		length: time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC).Day(),
		first:  time.Date(year, m, 1, 0, 0, 0, 0, time.UTC).Weekday(),
	}
}

// weekday gives the day of the week of a day.
func (m month) weekday(day int) time.Weekday { return (m.first + time.Weekday(day-1)) % 7 }

// nearestWorkday gives the day from Monday to Friday that is nearest to a day and in the same month.
func (m month) nearestWorkday(day int) int {
	switch m.weekday(day) {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == m.length {
			return day - 2
		}
		return day + 1
	case time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday:
	}
	return day
}

// parseDays reads the field day-of-month. L and W stand alone, not in lists.
func parseDays(text string) (days, error) {
	if text == "L" {
		return func(m month) uint32 { return 1 << m.length }, nil
	}
	if text == "LW" {
		return func(m month) uint32 { return 1 << m.nearestWorkday(m.length) }, nil
	}
	if near, ok := strings.CutSuffix(text, "W"); ok {
		day, ok := dayField.value(near)
		if !ok {
			return nil, fmt.Errorf("%q in the field %s", text, dayField.name)
		}
		return func(m month) uint32 {
			if day > m.length {
				return 0
			}
			return 1 << m.nearestWorkday(day)
		}, nil
	}
	s, err := dayField.parse(text)
	return func(m month) uint32 { return uint32(s[0]<<dayField.min) & (1<<(m.length+1) - 1) }, err
}

// parseWeekdays reads the field day-of-week. L and # stand alone, not in lists.
func parseWeekdays(text string) (days, error) {
	if text == "L" {
		text = "SAT" // the last day of the week
	}
	if name, nth, ok := strings.Cut(text, "#"); ok {
		day, ok := weekdayField.value(name)
		n, isNumber := number(nth)
		if !ok || !isNumber || n < 1 || n > 5 {
			return nil, fmt.Errorf("%q in the field %s", text, weekdayField.name)
		}
		return func(m month) uint32 {
			return m.onWeekdays(1<<day) & (1<<(7*n+1) - 1) &^ (1<<(7*(n-1)+1) - 1)
		}, nil
	}
	if name, ok := strings.CutSuffix(text, "L"); ok {
		day, ok := weekdayField.value(name)
		if !ok {
			return nil, fmt.Errorf("%q in the field %s", text, weekdayField.name)
		}
		return func(m month) uint32 { return m.onWeekdays(1<<day) &^ (1<<(m.length-6) - 1) }, nil
	}
	s, err := weekdayField.parse(text)
	return func(m month) uint32 { return m.onWeekdays(s[0] << weekdayField.min) }, err
}

// onWeekdays gives the days of a month that are on some days of the week, of which bit 1 stands for Sunday and
// bit 7 for Saturday.
func (m month) onWeekdays(weekdays uint64) (on uint32) {
	for day := 1; day <= m.length; day++ {
		on |= uint32(weekdays>>(m.weekday(day)+1)&1) << day
	}
	return on
}
