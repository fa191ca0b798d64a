package store

import (
	"context"
	"errors"
	"strconv"
)

// Setting gives a setting's value, "" when it was never set.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	v, err := row(ctx, s, one[string], "select value from setting where name = $1", name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}

// SetSetting stores what the program itself remembers. What a person decides is
// for ChangeSettings.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	return s.write(ctx, func(t *tx) error { return t.setting(name, value) })
}

func (t *tx) setting(name, value string) error {
	return t.exec(`insert into setting (name, value) values ($1, $2)
		on conflict (name) do update set value = excluded.value`, name, value)
}

// Setting is a value that a person decides.
type Setting struct{ Name, Value string }

// ChangeSettings stores what a person has decided, all or none. Those that are
// as before leave no trace in the audit log.
func (s *Store) ChangeSettings(ctx context.Context, by Actor, list []Setting) error {
	return s.write(ctx, func(t *tx) error {
		for _, one := range list {
			before, err := txOne[string](t, "select coalesce((select value from setting where name = $1), '')", one.Name)
			if err != nil {
				return err
			}
			if before == "" {
				before = strconv.Itoa(numbers[one.Name])
			}
			if before == one.Value {
				continue
			}
			if err := t.setting(one.Name, one.Value); err != nil {
				return err
			}
			if err := t.audit(by, deed{Name: "setting.update", Subject: one.Name, Detail: before + " → " + one.Value}); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbers are the settings that are whole numbers, with their defaults.
var numbers = map[string]int{
	"audit_days":     180, // that the audit log is kept
	"message_months": 0,   // that messages are kept; 0: for ever
	"media_months":   0,   // that pictures, voices and films are kept; 0: as long as their message
}

// Number gives a setting that is a whole number, or its default.
func (s *Store) Number(ctx context.Context, name string) (int, error) {
	v, err := s.Setting(ctx, name)
	if err != nil || v == "" {
		return numbers[name], err
	}
	return strconv.Atoi(v)
}
