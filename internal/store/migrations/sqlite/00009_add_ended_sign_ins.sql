-- +goose Up
ALTER TABLE users ADD COLUMN ended_sign_ins INTEGER NOT NULL DEFAULT 0;
