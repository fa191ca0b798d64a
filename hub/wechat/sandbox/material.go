package sandbox

import (
	"cmp"
	"path"
	"slices"
)

// materialRules are what material/add_material takes.
var materialRules = map[string]mediaRule{
	"image": {[]string{"image/jpeg", "image/png", "image/gif"}, 10 << 20, 40009},
	"voice": {[]string{"audio/mpeg", "audio/amr"}, 2 << 20, 40010},
	"video": {[]string{"video/mp4"}, 10 << 20, 40011},
	"thumb": {[]string{"image/jpeg"}, 64 << 10, 40012},
}

// addMaterial is material/add_material.
func (c *call) addMaterial() (any, *apiError) {
	kind := c.req.URL.Query().Get("type")
	c.note.Type = kind
	rule, ok := materialRules[kind]
	if !ok {
		return nil, fail(40004)
	}
	if err := c.upload.check(rule); err != nil {
		return nil, err
	}
	m := c.newMedium(c.acc, kind, c.upload.name, c.upload.file)
	m.Forever = true
	if text := c.form["description"]; kind == "video" && len(text) > 0 {
		o, err := parseObject([]byte(text[0]), c.opt.Lenient)
		if err != nil {
			return nil, err
		}
		m.Title, m.Intro = o.str("title"), o.str("introduction")
	}
	answer := map[string]string{"media_id": m.ID}
	if kind == "image" {
		answer["url"] = c.link(m.File)
	}
	return answer, nil
}

// material lists what is kept for ever, newest first.
func (a *account) material(kind string) []*medium {
	list := []*medium{}
	for _, m := range a.Media {
		if m.Forever && m.Kind == kind {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *medium) int {
		return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// page cuts a list as offset and count of a call say; nil when they are bad.
func page[T any](o object, list []T) []T {
	offset, count := o.num("offset", -1), o.num("count", -1)
	if offset < 0 || count < 1 || count > 20 {
		return nil
	}
	n := int64(len(list))
	from := min(offset, n)
	return append([]T{}, list[from:min(from+count, n)]...)
}

// listMaterial is material/batchget_material.
func (c *call) listMaterial() (any, *apiError) {
	kind := c.body.str("type")
	if kind != "image" && kind != "voice" && kind != "video" && kind != "news" {
		return nil, fail(40004)
	}
	all := c.acc.material(kind)
	list := page(c.body, all)
	if list == nil {
		return nil, fail(40035)
	}
	items := []map[string]any{}
	for _, m := range list {
		item := map[string]any{"media_id": m.ID, "update_time": m.Created}
		if kind == "news" {
			item["content"] = map[string]any{"news_item": c.newsItems(c.acc.article(m.Article), true)}
		} else {
			item["name"], item["url"] = m.Name, c.link(m.File)
		}
		items = append(items, item)
	}
	return map[string]any{"total_count": len(all), "item_count": len(items), "item": items}, nil
}

// getMaterial is material/get_material.
func (c *call) getMaterial() (any, *apiError) {
	m, err := c.permanent()
	if err != nil {
		return nil, err
	}
	switch m.Kind {
	case "video":
		return map[string]string{"title": m.Title, "description": m.Intro, "down_url": c.base + "/mmvideo/" + m.File + ".mp4"}, nil
	case "news":
		return map[string]any{"news_item": c.newsItems(c.acc.article(m.Article), true)}, nil
	}
	return download{file: m.File, name: m.ID + path.Ext(m.Name)}, nil
}

func (c *call) permanent() (*medium, *apiError) {
	m := c.acc.Media[c.body.str("media_id")]
	if m == nil || !m.Forever {
		return nil, fail(40007)
	}
	return m, nil
}

// deleteMaterial is material/del_material.
func (c *call) deleteMaterial() (any, *apiError) {
	m, err := c.permanent()
	if err != nil {
		return nil, err
	}
	delete(c.acc.Media, m.ID)
	c.touch()
	return done, nil
}

// countMaterial is material/get_materialcount.
func (c *call) countMaterial() (any, *apiError) {
	n := map[string]int{}
	for _, kind := range []string{"voice", "video", "image", "news"} {
		n[kind+"_count"] = len(c.acc.material(kind))
	}
	return n, nil
}
