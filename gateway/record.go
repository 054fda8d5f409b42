package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// record writes the one line of a request and counts it. Answers that are as they should be are for those
// who debug, a client's mistakes are worth knowing, our own must be seen.
func (g *Gateway) record(ctx context.Context, x *exchange) {
	if x.probe {
		return
	}
	took := time.Since(x.start)
	service, operation, code := "", "", x.code
	if x.served != nil {
		service = x.served.svc.ID
	}
	if x.req.Op != nil {
		operation = x.req.Op.Name
	}
	if code == "" {
		code = "OK"
	}
	op := "unknown"
	if x.req.Op != nil {
		op = service + ":" + operation
	}
	g.requests.Of(op, code).Observe(took, 1)
	level := slog.LevelDebug
	switch status := x.answer.status; {
	case status >= http.StatusInternalServerError && status != http.StatusNotImplemented, x.stack != nil:
		level = slog.LevelError
	case status >= http.StatusBadRequest:
		level = slog.LevelInfo
	}
	if !g.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("service", service), slog.String("operation", operation), slog.String("code", code),
		slog.Int("status", x.answer.status), slog.Duration("dur", took), slog.String("request_id", x.id),
		slog.String("principal", x.call.Principal.ARN),
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("err", x.cause.Error()))
	}
	if x.stack != nil {
		attrs = append(attrs, slog.String("stack", string(x.stack)))
	}
	g.log.LogAttrs(ctx, level, "request", attrs...)
}
