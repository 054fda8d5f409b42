package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/casestream/casestream/wire"
)

// checkHost refuses what a browser sends for a page that is not ours: a name of somebody's that resolves
// to this machine, and requests that a page of another origin makes. Programs are not affected: they call
// the machine by its name and say nothing of pages.
func (g *Gateway) checkHost(r *http.Request) error {
	if g.cfg.Loopback && !g.knownHost(r.Host) {
		return forbidden("Requests for the host " + clip(r.Host) + " are not answered: it is not a name of this machine. Start the server with its name to allow it.")
	}
	if otherOrigin(r) {
		return forbidden("Requests of web pages of another origin are not answered.")
	}
	return nil
}

// forbidden makes the answer.
func forbidden(message string) error {
	return &wire.Error{Code: "AccessDeniedException", QueryCode: "AccessDenied", Status: http.StatusForbidden, Message: message}
}

// knownHost says whether a Host header names this machine. An address cannot be taken over by a DNS
// server, and amazonaws.com only leads here where somebody on this machine wants it to.
func (g *Gateway) knownHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "" || host == "localhost" || g.hosts[host] {
		return true
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	for _, suffix := range [...]string{".localhost", ".amazonaws.com", ".amazonaws.com.cn"} {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}

// otherOrigin says whether a page of another origin made the request.
func otherOrigin(r *http.Request) bool {
	if site := r.Header["Sec-Fetch-Site"]; len(site) > 0 {
		return site[0] != "same-origin" && site[0] != "none"
	}
	origin := r.Header["Origin"]
	if len(origin) == 0 {
		return false
	}
	u, err := url.Parse(origin[0])
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
