package telemetry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"

	"sigtransit/pkg/wholefile"
)

// Exposition offers metrics to Prometheus.
type Exposition struct {
	metrics prometheus.Gatherer // of the product
	all     prometheus.Gatherer // with those of the Go runtime and the process
}

// NewExposition makes an exposition of c and of further collectors.
func NewExposition(c *Collector, further ...prometheus.Collector) *Exposition {
	own, process := prometheus.NewRegistry(), prometheus.NewRegistry()
	own.MustRegister(c)
	own.MustRegister(further...)
	process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Exposition{metrics: own, all: prometheus.Gatherers{own, process}}
}

// WriteFile writes the metrics of the product to path in the text format: a reader sees
// the old file or the new one, whole.
func (e *Exposition) WriteFile(path string) error {
	families, err := e.metrics.Gather()
	if err == nil {
		err = wholefile.Write(path, func(w io.Writer) error {
			b := bufio.NewWriter(w)
			for _, f := range families {
				if _, err := expfmt.MetricFamilyToText(b, f); err != nil {
					return err
				}
			}
			return b.Flush()
		})
	}
	if err != nil {
		return fmt.Errorf("metrics file: %w", err)
	}
	return nil
}

// Handler serves the metrics, those of the Go runtime and the process included.
func (e *Exposition) Handler() http.Handler {
	return promhttp.HandlerFor(e.all, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// Time limits of the server: a scraper that is slower is gone.
const (
	headerTimeout = 5 * time.Second
	writeTimeout  = 30 * time.Second
	closeTimeout  = 2 * time.Second
)

// Server serves metrics over HTTP until it is closed.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan error
}

// Serve listens on addr ("127.0.0.1:9810", ":9810") and serves /metrics. It
// returns once the port is open.
func (e *Exposition) Serve(addr string) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", e.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintln(w, `<!doctype html><title>sigtransit</title><h1>sigtransit</h1><p><a href="/metrics">metrics</a></p>`)
	})
	s := &Server{
		http:     &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout, WriteTimeout: writeTimeout, MaxHeaderBytes: 16 << 10},
		listener: l, done: make(chan error, 1),
	}
	go func() { s.done <- s.http.Serve(l) }()
	return s, nil
}

// Addr is the address that is listened on, with the port that was chosen.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close stops the server: scrapes under way may finish within two seconds.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	if e := <-s.done; err == nil && !errors.Is(e, http.ErrServerClosed) {
		err = e
	}
	return err
}
