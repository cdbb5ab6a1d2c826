"""Shell: what a process shows of itself: Prometheus metrics, whether it lives, whether it can do its job.

    monitor    everything that one process shows, in one object; start reading here
    visits, pipeline, deliveries, requests, errors    what is counted as it happens
    stored, lag                                       what is looked up when somebody asks
    health                                            the heartbeat, and the checks behind /readyz
    web, listener                                     how it is served

Metrics are named by Prometheus' conventions (https://prometheus.io/docs/practices/naming/). A label's values are
bounded by the code or by the configuration (feeds, receivers): never an article's, a story's or a rule's.
"""
