-- +goose Up
-- Whether another ADMIN is left is asked whenever one goes.
CREATE INDEX users_role ON users (role);
