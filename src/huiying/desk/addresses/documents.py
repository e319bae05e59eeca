"""Documents （六）: the list, one document as on paper, its files, and what people do with it."""

from django.urls import URLPattern, path

from huiying.desk.views import documents

urlpatterns: list[URLPattern] = [
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/document.pdf", documents.pdf, name="document_pdf"),
    path("documents/<int:pk>/document.docx", documents.docx, name="document_docx"),
    path("documents/<int:pk>/document.txt", documents.text, name="document_text"),
    path("documents/<int:pk>/do/<str:verb>/", documents.do, name="document_do"),
    path("documents/<int:pk>/instructions/<int:row>/do/<str:verb>/", documents.instruction_do, name="instruction_do"),
    path("documents/issue/<str:kind>/<int:ref>/", documents.issue_object, name="document_issue"),
    path("cases/<str:number>/documents/", documents.of_case, name="case_documents"),
    path("cases/<str:number>/documents/do/<str:verb>/", documents.case_do, name="case_document_do"),
]
