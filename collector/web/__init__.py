"""The desk's page: server-rendered, kept live by one event stream, complete without JavaScript."""
