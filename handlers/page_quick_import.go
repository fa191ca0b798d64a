package handlers

import (
	"io"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// quickReport tells what became of a file.
type quickReport struct {
	Added, Rows     int
	Skipped, Faults []quickNote
	None            bool // nothing was taken, for its faults
}

// quickNote is what is said of a row; 0 stands for the whole file.
type quickNote struct {
	Row  int
	Text string
}

// exportQuick gives what the agent may use as a file.
func (c *Console) exportQuick(ctx *fiber.Ctx) error {
	list, err := c.Store.QuickReplies(ctx.UserContext(), who(ctx))
	if err != nil {
		return err
	}
	ctx.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	ctx.Set(fiber.HeaderContentDisposition, `attachment; filename="quick-replies.csv"`)
	return ctx.Send(writeQuick(list))
}

func (c *Console) pageQuickImport(ctx *fiber.Ctx) error { return c.quickImport(ctx, nil) }

func (c *Console) quickImport(ctx *fiber.Ctx, report *quickReport) error {
	p, d, err := c.quickPage(ctx)
	if err != nil {
		return err
	}
	d.Dialog, d.Report = "import", report
	if report != nil && report.None {
		return again(ctx, "quick_replies", p)
	}
	return ctx.Render("quick_replies", p)
}

// postQuickImport takes a file: all of it, or nothing, unless rows with faults
// may be left out.
func (c *Console) postQuickImport(ctx *fiber.Ctx) error {
	raw, err := formFile(ctx, "file")
	if err != nil {
		return err
	}
	partly := ctx.FormValue("partly") != ""
	f := c.readQuick(ctx, raw)
	report := &quickReport{Rows: len(f.list) + len(f.faults), None: len(f.faults) > 0 && !partly}
	for _, fault := range f.faults {
		report.Faults = append(report.Faults, quickNote{fault.Row, c.errorText(ctx, explain(fault.Cause))})
	}
	if !report.None {
		if err := c.importQuick(ctx, &f, partly, report); err != nil {
			return err
		}
	}
	slices.SortStableFunc(report.Faults, func(a, b quickNote) int { return a.Row - b.Row })
	return c.quickImport(ctx, report)
}

func (c *Console) importQuick(ctx *fiber.Ctx, f *quickFile, partly bool, report *quickReport) error {
	added, no, err := c.Store.ImportQuickReplies(ctx.UserContext(), who(ctx), f.list, partly)
	if err != nil {
		return err
	}
	for i, number := range f.numbers {
		rule := no[i]
		if rule == nil {
			continue
		}
		note := quickNote{number, c.errorText(ctx, explain(rule))}
		if rule.Code == "code_taken" || rule.Code == "quick_known" {
			report.Skipped = append(report.Skipped, note)
		} else {
			report.Faults = append(report.Faults, note)
		}
	}
	report.Added, report.None = added, len(report.Faults) > 0 && !partly
	return nil
}

// formFile reads a file of a form; none is an empty one.
func formFile(ctx *fiber.Ctx, name string) ([]byte, error) {
	head, err := ctx.FormFile(name)
	if err != nil {
		return nil, nil // no file was chosen: it is told like an empty one
	}
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
