package store

// level is what a customer's level counts under the rules: one that was taken
// away counts as the highest that is left.
func (r *Rules) level(vip int) int { return max(0, min(vip, len(r.Levels))) }

// target is how many milliseconds a customer of a level may wait for an answer;
// 0: nothing is promised.
func (r *Rules) target(vip int) int64 {
	minutes := r.Target
	if n := r.level(vip); n > 0 {
		minutes = r.Levels[n-1].Target
	}
	return int64(minutes) * 60_000
}
