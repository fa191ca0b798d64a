package store

import (
	"context"
	"errors"
)

// Setting gives a setting's value, "" when it was never set.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	v, err := row(ctx, s, one[string], "select value from setting where name = $1", name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}

// SetSetting stores a setting's value.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	return s.write(ctx, func(t *tx) error {
		return t.exec(`insert into setting (name, value) values ($1, $2)
			on conflict (name) do update set value = excluded.value`, name, value)
	})
}
