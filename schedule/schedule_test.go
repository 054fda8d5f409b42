package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casestream/casestream/schedule"
)

// at reads an instant of a test, in UTC.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.DateTime[:len(text)], text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestExpressionsThatAWSTakesAreTaken(t *testing.T) {
	for _, text := range []string{
		"rate(1 minute)", "rate(10 minutes)", "rate(1 hour)", "rate(7 hours)", "rate(1 day)", "rate(365 days)",
		"cron(0 2 ? * SAT *)", "cron(0 12 * * ? *)", "cron(5,35 14 * * ? *)", "cron(15 10 ? * 6L 2002-2005)", "cron(0 2 ? * SAT#3 *)",
		"cron(* * ? * SAT#3 *)", "cron(0/5 5 ? JAN 1-5 2022)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)", "cron(0/15 * * * ? *)",
		"cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0/30 20-23 ? * MON-FRI *)", "cron(0/30 0-2 ? * MON-FRI *)",
		"cron(0/30 20-2 ? * MON-FRI *)", "cron(0 9 3W * ? *)", "cron(0 9 LW * ? *)", "cron(0 9 L * ? *)", "cron(0 9 ? * L *)", "cron(0 9 ? * FRIL *)",
		"cron(*/10 * * * ? *)", "cron(10-40/15 * * * ? *)", "cron(0 0 1/10 * ? *)", "cron(0 0 1,15,20-25 JAN,MAR-MAY,7/2 ? 1970-2199/2)",
		"cron(0 0 ? * mon *)", "cron(05 09 01 02 ? *)", "cron(0  0\t1 1 ? *)", "cron(0 0 30 2 ? *)", "cron(0 0 ? NOV-FEB FRI-MON *)",
	} {
		if _, err := schedule.Parse(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestExpressionsThatAWSRefusesAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "rate", "rate(", "rate(1 minute", "rate(1 minute))", "every(1 minute)", "Rate(1 minute)", "at(2026-01-01T00:00:00)", "(1 minute)",
		"rate(10 seconds)", "rate(10 years)", "rate(1 minutes)", "rate(1 hours)", "rate(1 days)", "rate(10 minute)", "rate(10 hour)", "rate(10 day)",
		"rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)", "rate(0 minutes)", "rate(-10 minutes)", "rate(10 MINUTES)",
		"rate( 10 minutes )", " rate(10 minutes)", "rate(10 minutes) ", "rate(1.5 hours)", "rate(+5 minutes)", "rate(5  minutes)", "rate(0 minute)",
		"rate(99999999999999999999 days)", "rate(1 )", "rate(2 s)", "rate(2 hours 5 minutes)",
		"cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)",
		"cron()", "cron(0 10 * * ?)", "cron(0 0 10 * * ? *)", "cron(0 10 ? * ? *)", "cron( 0 10 * * ? *)", "cron(0 10 * * ? * )",
		"cron(60 * * * ? *)", "cron(0 24 * * ? *)", "cron(0 0 0 * ? *)", "cron(0 0 32 * ? *)", "cron(0 0 1 0 ? *)", "cron(0 0 1 13 ? *)",
		"cron(0 0 ? * 0 *)", "cron(0 0 ? * 8 *)", "cron(0 0 1 1 ? 1969)", "cron(0 0 1 1 ? 2200)", "cron(0 0 1 1 ? 2030-2020)",
		"cron(? * * * ? *)", "cron(0 ? * * ? *)", "cron(0 0 1 ? ? *)", "cron(0 0 1 1 ? ?)",
		"cron(, * * * ? *)", "cron(1, * * * ? *)", "cron(- * * * ? *)", "cron(1- * * * ? *)", "cron(1-2-3 * * * ? *)", "cron(-5 * * * ? *)",
		"cron(/5 * * * ? *)", "cron(0/ * * * ? *)", "cron(0/0 * * * ? *)", "cron(0/60 * * * ? *)", "cron(1/2/3 * * * ? *)", "cron(*5 * * * ? *)",
		"cron(L * * * ? *)", "cron(0 0 L,1 * ? *)", "cron(0 0 1-5W * ? *)", "cron(0 0 0W * ? *)", "cron(0 0 32W * ? *)", "cron(0 0 W * ? *)", "cron(0 0 WL * ? *)",
		"cron(0 0 ? * 3#1,6#3 *)", "cron(0 0 ? * 3#0 *)", "cron(0 0 ? * 3#6 *)", "cron(0 0 ? * #1 *)", "cron(0 0 ? * 3# *)", "cron(0 0 ? * 8#1 *)",
		"cron(0 0 ? * 8L *)", "cron(0 0 ? * 2W *)", "cron(0 0 ? * MON/2 *)", "cron(0 0 ? * */2 *)", "cron(0 0 ? * MON,FRIL *)", "cron(0 0 ? * MONDAY *)",
		"cron(0 0 1 JANUARY ? *)", "cron(0 0 MON * ? *)", "cron(000 0 1 1 ? *)", "cron(0 0 1 1 ? 02026)", "cron(٠ 0 1 1 ? *)", "cron(0 0 1 1 ? 2026) ", "cron(0 0 1 1 ? *",
	} {
		if s, err := schedule.Parse(text); err == nil {
			t.Errorf("%s is taken: %+v", text, s)
		}
	}
}

func TestCronIsDueWhenItSays(t *testing.T) {
	for _, c := range []struct{ text, after, want string }{
		{"* * * * ? *", "2026-03-04 05:06:07", "2026-03-04 05:07, 2026-03-04 05:08"},
		{"* * * * ? *", "2026-12-31 23:59", "2027-01-01 00:00"},
		{"0/15 * * * ? *", "2026-03-04 05:40", "2026-03-04 05:45, 2026-03-04 06:00, 2026-03-04 06:15"},
		{"7/20 * * * ? *", "2026-03-04 05:40", "2026-03-04 05:47, 2026-03-04 06:07"},
		{"10-40/15 3 * * ? *", "2026-03-04 00:00", "2026-03-04 03:10, 2026-03-04 03:25, 2026-03-04 03:40, 2026-03-05 03:10"},
		{"55-5/5 0 * * ? *", "2026-03-04 00:00", "2026-03-04 00:05, 2026-03-04 00:55, 2026-03-05 00:00"},
		{"5,35 14 * * ? *", "2026-03-04 14:05", "2026-03-04 14:35, 2026-03-05 14:05"},
		{"0/30 20-2 ? * MON-FRI *", "2026-03-06 23:15", "2026-03-06 23:30, 2026-03-09 00:00, 2026-03-09 00:30"}, // a Friday
		{"0 2 ? * SAT *", "2026-03-04", "2026-03-07 02:00, 2026-03-14 02:00"},
		{"0 2 ? * 7 *", "2026-03-04", "2026-03-07 02:00"},
		{"0 2 ? * L *", "2026-03-04", "2026-03-07 02:00"},
		{"0 2 ? * 1 *", "2026-03-04", "2026-03-08 02:00"},
		{"0 0 ? * SAT-MON *", "2026-03-04", "2026-03-07 00:00, 2026-03-08 00:00, 2026-03-09 00:00, 2026-03-14 00:00"},
		{"0 0 29 2 ? *", "2026-01-01", "2028-02-29 00:00, 2032-02-29 00:00"},
		{"0 0 29 2 ? *", "2096-03-01", "2104-02-29 00:00"}, // 2100 is none
		{"0 0 31 * ? *", "2026-01-31 00:00", "2026-03-31 00:00, 2026-05-31 00:00, 2026-07-31 00:00, 2026-08-31 00:00"},
		{"0 0 30 2 ? *", "2026-01-01", "never"},
		{"0 0 31 4,6,9,11 ? *", "2026-01-01", "never"},
		{"0 0 L * ? *", "2026-01-31 12:00", "2026-02-28 00:00, 2026-03-31 00:00, 2026-04-30 00:00"},
		{"0 0 L FEB ? *", "2027-03-01", "2028-02-29 00:00"},
		{"0 0 LW * ? *", "2026-01-01", "2026-01-30 00:00, 2026-02-27 00:00, 2026-03-31 00:00"}, // Jan 31st is a Saturday, Feb 28th too
		{"0 0 LW 5 ? 2026", "2026-01-01", "2026-05-29 00:00, never"},                           // the 31st is a Sunday
		{"0 9 15W * ? *", "2026-02-01", "2026-02-16 09:00, 2026-03-16 09:00, 2026-04-15 09:00"},
		{"0 9 14W 2 ? *", "2026-02-01", "2026-02-13 09:00"},
		{"0 9 1W 8 ? 2026", "2026-01-01", "2026-08-03 09:00"}, // a Saturday, and no going back to July
		{"0 9 1W 2 ? 2026", "2026-01-01", "2026-02-02 09:00"}, // a Sunday
		{"0 9 31W 5 ? 2026", "2026-01-01", "2026-05-29 09:00"},
		{"0 9 31W * ? 2026", "2026-05-30", "2026-07-31 09:00, 2026-08-31 09:00, 2026-10-30 09:00, 2026-12-31 09:00, never"},
		{"0 9 30W 8 ? 2026", "2026-01-01", "2026-08-31 09:00"},
		{"0 0 ? * 6L *", "2026-01-01", "2026-01-30 00:00, 2026-02-27 00:00"},
		{"0 0 ? * SATL *", "2026-01-01", "2026-01-31 00:00, 2026-02-28 00:00"},
		{"15 10 ? * 6L 2002-2005", "2005-11-26", "2005-12-30 10:15, never"},
		{"0 2 ? * SAT#3 *", "2026-03-04", "2026-03-21 02:00, 2026-04-18 02:00"},
		{"0 2 ? * 3#2 *", "2026-03-01", "2026-03-10 02:00"},
		{"0 2 ? * SUN#1 *", "2026-03-01 02:00", "2026-04-05 02:00"},
		{"0 2 ? * SUN#5 *", "2026-01-01", "2026-03-29 02:00, 2026-05-31 02:00"},
		{"0 2 ? 2 SUN#5 *", "2026-01-01", "2032-02-29 02:00"},
		{"0 0 1 1 ? 2020", "2026-01-01", "never"},
		{"0 0 1 1 ? 2020", "2019-12-31 23:59:59", "2020-01-01 00:00, never"},
		{"0 0 1 1 ? 1970/100", "1900-01-01", "1970-01-01 00:00, 2070-01-01 00:00, 2170-01-01 00:00, never"},
		{"59 23 31 12 ? *", "2198-12-31 23:59", "2199-12-31 23:59, never"},
		{"0 0 1 7/2 ? 2026", "2026-01-01", "2026-07-01 00:00, 2026-09-01 00:00, 2026-11-01 00:00, never"},
		{"0 0 1/10 2 ? 2026", "2026-01-01", "2026-02-01 00:00, 2026-02-11 00:00, 2026-02-21 00:00, never"},
		{"0/5 5 ? JAN 1-5 2022", "2022-01-06 05:56", "2022-01-09 05:00"},
	} {
		s, err := schedule.Parse("cron(" + c.text + ")")
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		after := at(t, c.after)
		var got []string
		for range strings.Split(c.want, ", ") {
			next, ok := s.Next(time.Time{}, after)
			if !ok {
				got = append(got, "never")
				break
			}
			got = append(got, next.Format("2006-01-02 15:04"))
			after = next
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("cron(%s) after %s:\ngot  %s\nwant %s", c.text, c.after, got, c.want)
		}
	}
}

func TestRateCountsFromItsStart(t *testing.T) {
	start := at(t, "2026-03-04 05:06:07").Add(8 * time.Microsecond)
	for _, c := range []struct {
		text  string
		after time.Duration
		want  time.Duration // from the start
	}{
		{"rate(1 minute)", -time.Hour, time.Minute},
		{"rate(1 minute)", 0, time.Minute},
		{"rate(1 minute)", time.Minute - 1, time.Minute},
		{"rate(1 minute)", time.Minute, 2 * time.Minute},
		{"rate(5 minutes)", 17*time.Minute + 3*time.Second, 20 * time.Minute},
		{"rate(1 hour)", 26 * time.Hour, 27 * time.Hour},
		{"rate(2 days)", 49 * time.Hour, 96 * time.Hour},
	} {
		s, err := schedule.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := s.Next(start, start.Add(c.after))
		if want := start.Add(c.want); !ok || !got.Equal(want) {
			t.Errorf("%s after %v: %v %v, want %v", c.text, c.after, got, ok, want)
		}
	}
	for text, want := range map[string]bool{"rate(60000 days)": true, "rate(70000 days)": false, "rate(2147483647 days)": false} {
		s, err := schedule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := s.Next(start, start); ok != want {
			t.Errorf("%s: %v, %v", text, got, ok)
		}
	}
}

// FuzzNext asks for the next time from moments between: it is later than each of them, and the same for all.
func FuzzNext(f *testing.F) {
	for _, text := range []string{
		"rate(5 minutes)", "cron(0/30 20-2 ? * MON-FRI *)", "cron(0 9 31W * ? *)", "cron(0 0 LW 2 ? *)", "cron(* * ? * SAT#5 2000-2199/3)", "cron(0 0 30 2 ? *)",
	} {
		f.Add(text, int64(1772600767))
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		s, err := schedule.Parse(text)
		if err != nil {
			return
		}
		after := time.Unix(seconds%(300*366*86400), 0).UTC()
		next, ok := s.Next(after.Add(-time.Hour), after)
		if !ok {
			return
		}
		if !next.After(after) || next.Year() > 2199 || next.Location() != time.UTC {
			t.Fatalf("%s after %v: %v", text, after, next)
		}
		for i, from := 0, next.Add(-time.Minute); i < 200 && from.After(after); i++ {
			if got, ok := s.Next(after.Add(-time.Hour), from); !ok || !got.Equal(next) {
				t.Fatalf("%s after %v is due at %v, after %v at %v", text, after, next, from, got)
			}
			from = from.Add(-time.Duration(i*i) * time.Minute)
		}
	})
}
