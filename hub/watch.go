package hub

// Sockets is how many browsers are fed.
func (h *Hub) Sockets() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}
