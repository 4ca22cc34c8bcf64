-- +goose Up
ALTER TABLE refresh_tokens ADD COLUMN replayed_at DATETIME NULL;
