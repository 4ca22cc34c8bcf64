package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/password"
	"daypass/models"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Create an account."`
	SetRole userSetRoleCmd `cmd:"" help:"Change what an account may do."`
	Disable userDisableCmd `cmd:"" help:"Shut an account and end its sessions."`
	Enable  userEnableCmd  `cmd:"" help:"Open a disabled account again; it has to sign in anew."`
	SignOut userSignOutCmd `cmd:"" help:"End all sessions of an account."`
	List    userListCmd    `cmd:"" help:"List all accounts, oldest first."`
}

// Help gives examples.
func (*userCmd) Help() string {
	return `Examples:

    daypass user add ada --role ADMIN
    daypass user set-role ada USER
    daypass user sign-out ada
    daypass user disable ada
    daypass user list --database-url sqlite:daypass.db`
}

// operator is what every command about accounts needs.
type operator struct {
	config.Database
	config.Log
}

// with opens the domain on the database for one use. What an operator does needs no tokens; how long those that are out
// are good for is not known here, so what it revokes is kept for as long as any can be.
func (o *operator) with(ctx context.Context, use func(*auth.Service) error) error {
	log := newLog(&o.Log)
	db, err := openMigratedStore(ctx, &o.Database, log)
	if err != nil {
		return err
	}
	defer db.Close()
	hasher, err := password.NewHasher(password.Config{})
	if err != nil {
		return err
	}
	return use(auth.New(auth.Config{AccessTokenTTL: config.MaxAccessTokenTTL, Log: log}, db, nil, hasher))
}

type userAddCmd struct {
	operator
	Username         string      `arg:"" help:"3 to 64 letters, digits, dots, underscores or hyphens."`
	Role             models.Role `enum:"USER,ADMIN" default:"USER" help:"USER or ADMIN (default ${default})."`
	GeneratePassword bool        `help:"Make a random password and print it once."`
}

// Help gives examples.
func (*userAddCmd) Help() string {
	return `Examples:

    daypass user add ada --role ADMIN
    daypass user add bot --generate-password
    printf '%s' "$PASSWORD" | daypass user add grace

The password is asked for without echo, or read from the first line of standard input; never from an argument, which
others on the machine could read.`
}

// Run creates the account.
func (cmd *userAddCmd) Run(ctx context.Context) error {
	chosen, err := cmd.password(ctx)
	if err != nil {
		return err
	}
	return cmd.with(ctx, func(service *auth.Service) error {
		user, err := service.AddUser(ctx, cmd.Username, chosen, cmd.Role)
		if err != nil {
			return plainly(err, cmd.Username)
		}
		fmt.Printf("added %s (%s), %s\n", user.Username, user.Role, user.ID)
		if cmd.GeneratePassword {
			fmt.Println("password, shown this once:", chosen)
		}
		return nil
	})
}

func (cmd *userAddCmd) password(ctx context.Context) (string, error) {
	if cmd.GeneratePassword {
		return rand.Text(), nil
	}
	return readPassword(ctx, os.Stdin, os.Stderr)
}

type userSetRoleCmd struct {
	operator
	Username string      `arg:"" help:"The account."`
	Role     models.Role `arg:"" enum:"USER,ADMIN" help:"USER or ADMIN."`
}

// Help gives examples.
func (*userSetRoleCmd) Help() string {
	return `Example:

    daypass user set-role ada ADMIN

The next refresh hands the new role out. Access tokens that claim a higher one are refused within a second. The last open
account with the role ADMIN keeps it.`
}

// Run changes the role.
func (cmd *userSetRoleCmd) Run(ctx context.Context) error {
	return cmd.with(ctx, func(service *auth.Service) error {
		if err := service.SetUserRole(ctx, cmd.Username, cmd.Role); err != nil {
			return plainly(err, cmd.Username)
		}
		fmt.Printf("%s is now %s\n", cmd.Username, cmd.Role)
		return nil
	})
}

type userDisableCmd struct {
	operator
	Username string `arg:"" help:"The account."`
}

// Help gives examples.
func (*userDisableCmd) Help() string {
	return `Example:

    daypass user disable ada

Its access tokens are refused within a second; services that check them by the published keys alone go by their expiry.
The last open account with the role ADMIN cannot be disabled.`
}

// Run disables the account.
func (cmd *userDisableCmd) Run(ctx context.Context) error {
	return cmd.with(ctx, func(service *auth.Service) error {
		if err := service.DisableUser(ctx, cmd.Username); err != nil {
			return plainly(err, cmd.Username)
		}
		fmt.Printf("%s is disabled, its sessions are ended\n", cmd.Username)
		return nil
	})
}

type userEnableCmd struct {
	operator
	Username string `arg:"" help:"The account."`
}

// Help gives examples.
func (*userEnableCmd) Help() string {
	return `Example:

    daypass user enable ada`
}

// Run enables the account.
func (cmd *userEnableCmd) Run(ctx context.Context) error {
	return cmd.with(ctx, func(service *auth.Service) error {
		if err := service.EnableUser(ctx, cmd.Username); err != nil {
			return plainly(err, cmd.Username)
		}
		fmt.Printf("%s may sign in again\n", cmd.Username)
		return nil
	})
}

type userSignOutCmd struct {
	operator
	Username string `arg:"" help:"The account."`
}

// Help gives examples.
func (*userSignOutCmd) Help() string {
	return `Example:

    daypass user sign-out ada

The account stays open: whoever knows its password signs in anew. Its access tokens are refused within a second; services
that check them by the published keys alone go by their expiry.`
}

// Run ends the sessions.
func (cmd *userSignOutCmd) Run(ctx context.Context) error {
	return cmd.with(ctx, func(service *auth.Service) error {
		ended, err := service.SignOutUser(ctx, cmd.Username)
		if err != nil {
			return plainly(err, cmd.Username)
		}
		fmt.Printf("%s is signed out, sessions ended: %d\n", cmd.Username, len(ended))
		return nil
	})
}

type userListCmd struct{ operator }

// Help gives examples.
func (*userListCmd) Help() string {
	return `Examples:

    daypass user list
    daypass user list --database-url sqlite:daypass.db`
}

// usersPerPage is how many accounts are read at a time.
const usersPerPage = 500

// Run lists the accounts.
func (cmd *userListCmd) Run(ctx context.Context) error {
	return cmd.with(ctx, func(service *auth.Service) error {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "USERNAME\tROLE\tSTATE\tCREATED\tID")
		if err := printUsers(ctx, table, service); err != nil {
			return err
		}
		return table.Flush()
	})
}

func printUsers(ctx context.Context, table *tabwriter.Writer, service *auth.Service) error {
	var last *models.User
	for {
		users, err := service.ListUsers(ctx, last, usersPerPage)
		if err != nil {
			return err
		}
		for i := range users {
			printUser(table, &users[i])
		}
		if len(users) < usersPerPage {
			return nil
		}
		last = &users[len(users)-1]
	}
}

func printUser(table *tabwriter.Writer, user *models.User) {
	state := "enabled"
	if user.Disabled() {
		state = "disabled"
	}
	fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
		user.Username, user.Role, state, user.CreatedAt.UTC().Format(time.RFC3339), user.ID)
}

// plainly says what an operator got wrong about an account in words of the command line.
func plainly(err error, username string) error {
	switch {
	case errors.Is(err, auth.ErrNotFound):
		return fmt.Errorf("there is no account %q", username)
	case errors.Is(err, auth.ErrUsernameTaken):
		return fmt.Errorf("the username %q is taken", username)
	case errors.Is(err, auth.ErrLastAdmin):
		return fmt.Errorf("%q is the last open account with the role ADMIN: give the role to another one first", username)
	default:
		return err
	}
}
