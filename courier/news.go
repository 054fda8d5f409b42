package courier

import (
	"context"
	"log/slog"
	"time"
)

// quiet is how long the log says nothing more about failures of one lane: a target that is down fails by the hundred.
const quiet = time.Minute

// news is what the log heard of a lane's failures.
type news struct {
	until time.Time // later ones are only counted until then
	more  int
}

// tell logs an attempt: one line, a quiet one where it went well.
func (l *lane) tell(a *attempt, now time.Time) {
	o := &a.outcome
	if !a.made && o.Code == "" {
		return
	}
	level, failed := slog.LevelDebug, o.Code != ""
	if failed {
		if now.Before(l.news.until) {
			l.news.more++
		} else {
			level = slog.LevelWarn
		}
	}
	ctx := context.WithoutCancel(l.life)
	if !l.c.cfg.Log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("outcome", endings[o.Ending]), slog.String("target", l.Target), slog.String("bus", a.BusName), slog.String("rule", a.RuleName),
		slog.String("target_id", a.TargetID), slog.String("event_id", a.Event.ID), slog.Int("attempts_before", a.Attempts), slog.Bool("made", a.made),
		slog.Duration("took", o.Took), slog.Int("status", o.Status),
	}
	if failed {
		attrs = append(attrs, slog.String("code", o.Code), slog.String("message", o.Message), slog.String("exhausted", o.Exhausted))
		if !o.Next.IsZero() {
			attrs = append(attrs, slog.Time("next", o.Next))
		}
		if a.err != nil {
			attrs = append(attrs, slog.Any("err", a.err))
		}
	}
	if level == slog.LevelWarn {
		attrs = append(attrs, slog.Int("failed_before", l.news.more))
		l.news = news{until: now.Add(quiet)}
	}
	l.c.cfg.Log.LogAttrs(ctx, level, "attempt", attrs...)
}
