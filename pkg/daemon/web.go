package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"sigtransit/pkg/config"
)

// Time limits of the server: a client that is slower is gone. A profile takes as
// long as it was asked for.
const (
	headerTimeout = 5 * time.Second
	writeTimeout  = 90 * time.Second
	idleTimeout   = 2 * time.Minute
)

// handler is all that the daemon answers over HTTP.
func (d *Daemon) handler(c config.Web) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", d.metrics)
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { answer(w, d.Healthy()) })
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) { answer(w, d.Ready()) })
	mux.HandleFunc("POST /-/reload", func(w http.ResponseWriter, r *http.Request) {
		if err := d.Reload(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "reloaded")
	})
	mux.HandleFunc("GET /api/v1/status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		_ = e.Encode(d.Status())
	})
	mux.HandleFunc("GET /api/v1/ledger", d.serveLedger)
	links := []web.LandingLinks{
		{Address: "/metrics", Text: "Metrics", Description: "for Prometheus"},
		{Address: "/api/v1/status", Text: "Status", Description: "ports, workers, configuration and sinks, as JSON"},
		{Address: "/-/ready", Text: "Ready"},
		{Address: "/-/healthy", Text: "Healthy"},
	}
	profiling := "false"
	if c.Pprof {
		profiling = "true"
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	if page, err := web.NewLandingPage(web.LandingConfig{
		Name: "sigtransit", Description: "Which signaling passes, readable, through watchlisted carriers.",
		Version: d.opts.Build.Version, Links: links, Profiling: profiling,
	}); err == nil {
		mux.Handle("GET /{$}", page)
	}
	return mux
}

// answer says that all is well, or why not.
func answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// server is the HTTP server of the daemon, on one or more addresses, with TLS and
// passwords from a web configuration file as Prometheus' exporters have it.
type server struct {
	http      *http.Server
	listeners []net.Listener
	done      chan error
}

// listen opens the addresses and serves.
func listen(c config.Web, h http.Handler, log *slog.Logger) (*server, error) {
	s := &server{
		http: &http.Server{
			Handler: h, ReadHeaderTimeout: headerTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 16 << 10,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
		done: make(chan error, 1),
	}
	for _, a := range c.Listen {
		l, err := net.Listen("tcp", a)
		if err != nil {
			s.closeListeners()
			return nil, fmt.Errorf("web: %w", err)
		}
		s.listeners = append(s.listeners, l)
	}
	file := c.ConfigFile
	go func() {
		s.done <- web.ServeMultiple(s.listeners, s.http, &web.FlagConfig{WebConfigFile: &file}, log)
	}()
	return s, nil
}

// addresses are those that are listened on, with the ports that were chosen.
func (s *server) addresses() (list []string) {
	for _, l := range s.listeners {
		list = append(list, l.Addr().String())
	}
	return list
}

// close ends the server: answers under way may finish within two seconds.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
}

func (s *server) closeListeners() {
	for _, l := range s.listeners {
		l.Close()
	}
}
