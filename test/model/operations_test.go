package model

// operations are all 43 of Amazon Connect Cases.
var operations = map[string]operation{
	"CreateDomain": {method: "POST", path: "/domains", makes: "domain", member: "domainId", apply: createDomain, probe: probeDomains},
	"GetDomain":    {method: "POST", path: "/domains/{domainId}", bodiless: true, apply: getDomain},
	"ListDomains":  {method: "POST", path: "/domains-list", query: paged, bodiless: true, list: "domains", apply: listDomains},
	"DeleteDomain": {method: "DELETE", path: "/domains/{domainId}", bodiless: true, apply: deleteDomain, probe: probeDomains},

	"CreateField":          {method: "POST", path: "/domains/{domainId}/fields", makes: "field", member: "fieldId", apply: createField, probe: probeFields},
	"UpdateField":          {method: "PUT", path: "/domains/{domainId}/fields/{fieldId}", apply: updateField, probe: probeField},
	"DeleteField":          {method: "DELETE", path: "/domains/{domainId}/fields/{fieldId}", bodiless: true, apply: deleteField, probe: probeField},
	"ListFields":           {method: "POST", path: "/domains/{domainId}/fields-list", query: paged, bodiless: true, list: "fields", apply: listFields},
	"BatchGetField":        {method: "POST", path: "/domains/{domainId}/fields-batch", apply: batchGetField},
	"BatchPutFieldOptions": {method: "PUT", path: "/domains/{domainId}/fields/{fieldId}/options", apply: putOptions, probe: probeOptions},
	"ListFieldOptions": {
		method: "POST", path: "/domains/{domainId}/fields/{fieldId}/options-list", query: []string{"maxResults", "values"}, bodiless: true,
		list: "options", apply: listFieldOptions,
	},

	"CreateLayout": {method: "POST", path: "/domains/{domainId}/layouts", makes: "layout", member: "layoutId", apply: createLayout, probe: probeLayouts},
	"GetLayout":    {method: "POST", path: "/domains/{domainId}/layouts/{layoutId}", bodiless: true, apply: getLayout},
	"UpdateLayout": {method: "PUT", path: "/domains/{domainId}/layouts/{layoutId}", apply: updateLayout, probe: probeLayout},
	"DeleteLayout": {method: "DELETE", path: "/domains/{domainId}/layouts/{layoutId}", bodiless: true, apply: deleteLayout, probe: probeLayout},
	"ListLayouts":  {method: "POST", path: "/domains/{domainId}/layouts-list", query: paged, bodiless: true, list: "layouts", apply: listLayouts},

	"CreateTemplate": {method: "POST", path: "/domains/{domainId}/templates", makes: "template", member: "templateId", apply: createTemplate, probe: probeTemplates},
	"GetTemplate":    {method: "POST", path: "/domains/{domainId}/templates/{templateId}", bodiless: true, apply: getTemplate},
	"UpdateTemplate": {method: "PUT", path: "/domains/{domainId}/templates/{templateId}", apply: updateTemplate, probe: probeTemplate},
	"DeleteTemplate": {method: "DELETE", path: "/domains/{domainId}/templates/{templateId}", bodiless: true, apply: deleteTemplate, probe: probeTemplate},
	"ListTemplates": {
		method: "POST", path: "/domains/{domainId}/templates-list", query: []string{"maxResults", "status"}, bodiless: true,
		list: "templates", apply: listTemplates,
	},

	"CreateCaseRule":   {method: "POST", path: "/domains/{domainId}/case-rules", makes: "rule", member: "caseRuleId", apply: createCaseRule, probe: probeRules},
	"BatchGetCaseRule": {method: "POST", path: "/domains/{domainId}/rules-batch", apply: batchGetCaseRule},
	"UpdateCaseRule":   {method: "PUT", path: "/domains/{domainId}/case-rules/{caseRuleId}", apply: updateCaseRule, probe: probeRule},
	"DeleteCaseRule":   {method: "DELETE", path: "/domains/{domainId}/case-rules/{caseRuleId}", bodiless: true, apply: deleteCaseRule, probe: probeRule},
	"ListCaseRules":    {method: "POST", path: "/domains/{domainId}/rules-list/", query: paged, bodiless: true, list: "caseRules", apply: listCaseRules},

	"PutCaseEventConfiguration": {method: "PUT", path: "/domains/{domainId}/case-event-configuration", apply: putEventConfiguration, probe: probeEvents},
	"GetCaseEventConfiguration": {method: "POST", path: "/domains/{domainId}/case-event-configuration", bodiless: true, apply: getEventConfiguration},
	"TagResource":               {method: "POST", path: "/tags/{arn}", apply: tagResource, probe: probeTags},
	"UntagResource":             {method: "DELETE", path: "/tags/{arn}", query: []string{"tagKeys"}, bodiless: true, apply: untagResource, probe: probeTags},
	"ListTagsForResource":       {method: "GET", path: "/tags/{arn}", bodiless: true, apply: listTags},

	"CreateCase": {method: "POST", path: "/domains/{domainId}/cases", makes: "case", member: "caseId", apply: createCase, probe: probeCases},
	"GetCase":    {method: "POST", path: "/domains/{domainId}/cases/{caseId}", apply: getCase},
	"UpdateCase": {method: "PUT", path: "/domains/{domainId}/cases/{caseId}", apply: updateCase, probe: probeCase},
	"DeleteCase": {method: "DELETE", path: "/domains/{domainId}/cases/{caseId}", bodiless: true, apply: deleteCase, probe: probeCase},
	"SearchCases": {
		method: "POST", path: "/domains/{domainId}/cases-search", list: "cases", apply: searchCases,
	},
	"ListCasesForContact": {method: "POST", path: "/domains/{domainId}/list-cases-for-contact", list: "cases", apply: listCasesForContact},
	"GetCaseAuditEvents":  {method: "POST", path: "/domains/{domainId}/cases/{caseId}/audit-history", list: "auditEvents", apply: getCaseAuditEvents},

	"CreateRelatedItem": {
		method: "POST", path: "/domains/{domainId}/cases/{caseId}/related-items/", makes: "item", member: "relatedItemId",
		apply: createRelatedItem, probe: probeItems,
	},
	"UpdateRelatedItem": {
		method: "PUT", path: "/domains/{domainId}/cases/{caseId}/related-items/{relatedItemId}", apply: updateRelatedItem, probe: probeItems,
	},
	"DeleteRelatedItem": {
		method: "DELETE", path: "/domains/{domainId}/cases/{caseId}/related-items/{relatedItemId}", bodiless: true,
		apply: deleteRelatedItem, probe: probeItems,
	},
	"SearchRelatedItems": {
		method: "POST", path: "/domains/{domainId}/cases/{caseId}/related-items-search", list: "relatedItems", apply: searchRelatedItems,
	},
	"SearchAllRelatedItems": {
		method: "POST", path: "/domains/{domainId}/related-items-search", list: "relatedItems", apply: searchAllRelatedItems,
	},
}

// paged are the members of a list that travel in the query.
var paged = []string{"maxResults"}

// in gives members of a call's input, for a call that reads what it changes.
func in(c call, members ...string) object {
	o := object{}
	for _, m := range members {
		o[m] = c.In[m]
	}
	return o
}

// with adds a member.
func with(o object, member string, v any) object {
	o[member] = v
	return o
}

// probeDomains lists the domains.
func probeDomains(*world, call) []call { return []call{read("ListDomains", object{})} }

// probeFields lists the fields.
func probeFields(_ *world, c call) []call { return []call{read("ListFields", in(c, "domainId"))} }

// probeField reads the field.
func probeField(_ *world, c call) []call {
	return []call{read("BatchGetField", with(in(c, "domainId"), "fields", []any{object{"id": c.In["fieldId"]}}))}
}

// probeOptions lists the field's options.
func probeOptions(_ *world, c call) []call {
	return []call{read("ListFieldOptions", in(c, "domainId", "fieldId"))}
}

// probeLayouts lists the layouts.
func probeLayouts(_ *world, c call) []call { return []call{read("ListLayouts", in(c, "domainId"))} }

// probeLayout reads the layout.
func probeLayout(_ *world, c call) []call {
	return []call{read("GetLayout", in(c, "domainId", "layoutId"))}
}

// probeTemplates lists the templates.
func probeTemplates(_ *world, c call) []call { return []call{read("ListTemplates", in(c, "domainId"))} }

// probeTemplate reads the template.
func probeTemplate(_ *world, c call) []call {
	return []call{read("GetTemplate", in(c, "domainId", "templateId"))}
}

// probeRules lists the case rules.
func probeRules(_ *world, c call) []call { return []call{read("ListCaseRules", in(c, "domainId"))} }

// probeRule reads the case rule.
func probeRule(_ *world, c call) []call {
	return []call{read("BatchGetCaseRule", with(in(c, "domainId"), "caseRules", []any{object{"id": c.In["caseRuleId"]}}))}
}

// probeEvents reads the event configuration.
func probeEvents(_ *world, c call) []call {
	return []call{read("GetCaseEventConfiguration", in(c, "domainId"))}
}

// probeTags reads the tags.
func probeTags(_ *world, c call) []call {
	return []call{read("ListTagsForResource", in(c, "arn"))}
}

// probeCases looks at the case that was made last: a new one is it.
func probeCases(_ *world, c call) []call {
	newest := read("SearchCases", with(in(c, "domainId"), "sorts", []any{object{"fieldId": "created_datetime", "sortOrder": "Desc"}}))
	newest.In["maxResults"], newest.OnePage = 1.0, true
	return []call{newest}
}

// probeCase reads all of a case: its values, its history and what is on it.
func probeCase(w *world, c call) []call {
	d, _ := w.kase(c.In)
	if d == nil {
		return []call{read("GetCase", with(in(c, "domainId", "caseId"), "fields", identifiers([]string{"title"})))}
	}
	var all []string
	for _, f := range d.fields {
		all = append(all, f.id)
	}
	return append(probeItems(w, c), read("GetCase", with(in(c, "domainId", "caseId"), "fields", identifiers(all[:min(len(all), 220)]))))
}

// probeItems reads the history of a case and what is on it.
func probeItems(_ *world, c call) []call {
	return []call{read("GetCaseAuditEvents", in(c, "domainId", "caseId")), read("SearchRelatedItems", in(c, "domainId", "caseId"))}
}
